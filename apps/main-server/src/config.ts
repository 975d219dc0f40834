import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { CAPTURE_DEFAULTS } from '@sextant/image'
import {
  booleanField,
  hostField,
  logFileFields,
  logFileOf,
  logLevelField,
  megabytesField,
  parseConfig,
  portField,
  type Environment,
  type LogFile,
} from '@sextant/service-kit'
import { z } from 'zod'
import type { CameraSettings } from './camera-frame.ts'

const url = (fallback: string): z.ZodDefault<z.ZodString> =>
  z
    .string()
    .regex(/^https?:\/\//, 'an http(s) URL')
    .default(fallback)

/** Variables of the Main server, by the names of the drop-in contract. */
const schema = z.object({
  HOST: hostField,
  PORT: portField(8001),
  LOG_LEVEL: logLevelField,
  ...logFileFields,
  SEXTANT_STATIC_DIR: z.string().default('./static'),
  ISM_SERVER_URL: url('http://localhost:8002'),
  PEM_SERVER_URL: url('http://localhost:8003'),
  RENDER_SERVER_URL: url('http://localhost:8004'),
  ISM_HEALTH_URL: z.string().optional(),
  PEM_HEALTH_URL: z.string().optional(),
  RENDER_HEALTH_URL: z.string().optional(),
  RSS_BASE_URL: url('http://192.168.0.197:51000'),
  RSS_BASE_OVERRIDE: z.string().optional(),
  RSS_ALLOWED_HOSTS: z.string().default('private'),
  RSS_TIMEOUT_SEC: z.coerce.number().positive().default(10),
  RSS_MAX_AGE_SEC: z.coerce.number().min(0).default(5),
  RSS_ROTATION_ORDER: z.enum(['column_major', 'row_major']).default('column_major'),
  RSS_RANGE_CORRECTION: z.coerce.number().default(0),
  RSS_MIN_BRIGHTNESS: z.coerce.number().min(0).max(255).default(CAPTURE_DEFAULTS.minBrightness),
  RSS_MIN_DEPTH_COVERAGE: z.coerce.number().min(0).max(1).default(CAPTURE_DEFAULTS.minDepthCoverage),
  SEXTANT_CONSOLE_DIR: z.string().optional(),
  SEXTANT_EXAMPLES_DIR: z.string().optional(),
  SEXTANT_RUN_HISTORY_MAX: z.coerce.number().int().min(1).max(100_000).default(500),
  SEXTANT_OBJECT_MAX_MB: megabytesField(256),
  SEXTANT_OBJECT_MAX_FACES: z.coerce.number().int().min(1).default(3_000_000),
  AUTO_START_DEPENDENCIES: booleanField(true),
  AUTO_START_DRIVER: z.enum(['process', 'compose', 'none']).default('process'),
  AUTO_START_COMPOSE_FILE: z.string().default('./docker-compose.yml'),
  OUTPUT_RETENTION_DAYS: z.coerce.number().min(0).default(30),
  ISM_TIMEOUT_SEC: z.coerce.number().positive().default(600),
  PEM_TIMEOUT_SEC: z.coerce.number().positive().default(900),
  RENDER_TIMEOUT_SEC: z.coerce.number().positive().default(3720),
  MAIN_SERVER_SAVE_INPUT_IMAGES: booleanField(false),
  MAIN_SERVER_SAVE_CAMERA_PARAMS: booleanField(true),
  MAIN_SERVER_SAVE_SERVER_RESPONSES: booleanField(false),
})

/** The servers behind Main. */
export type ServerName = 'ism' | 'pem' | 'render'

export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: z.infer<typeof logLevelField>
  /** null: no files */
  readonly logFile: LogFile | null
  /** absolute path of the static root */
  readonly staticDir: string
  /** absolute path of the built console */
  readonly consoleDir: string
  /** absolute path of the bundled examples */
  readonly examplesDir: string
  /** most runs kept in the history */
  readonly runHistoryMax: number
  /** largest CAD that may be uploaded */
  readonly objectLimits: { readonly bytes: number; readonly faces: number }
  /** base URLs without trailing slash */
  readonly urls: Readonly<Record<ServerName, string>>
  readonly healthUrls: Readonly<Record<ServerName, string>>
  readonly camera: CameraSettings & { readonly allowedHosts: readonly string[]; readonly timeoutMs: number }
  /** who starts the servers behind Main when they are not there */
  readonly autoStart: { readonly driver: 'process' | 'compose' | 'none'; readonly composeFile: string }
  /** output folders older than this are removed; 0 = never */
  readonly outputRetentionDays: number
  /** longest wait for one answer, s */
  readonly timeoutSeconds: Readonly<Record<ServerName, number>>
  readonly saveInputImages: boolean
  readonly saveCameraParams: boolean
  readonly saveServerResponses: boolean
}

/** @throws {ConfigError} naming every bad variable */
export function readConfig(env: Environment): Config {
  const values = parseConfig(schema, env)
  const base = (value: string): string => value.replace(/\/+$/, '')
  const urls = {
    ism: base(values.ISM_SERVER_URL),
    pem: base(values.PEM_SERVER_URL),
    render: base(values.RENDER_SERVER_URL),
  }
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    logFile: logFileOf(values),
    staticDir: resolve(values.SEXTANT_STATIC_DIR),
    consoleDir: resolve(
      values.SEXTANT_CONSOLE_DIR ?? fileURLToPath(new URL('../../console/dist/page', import.meta.url)),
    ),
    examplesDir: resolve(values.SEXTANT_EXAMPLES_DIR ?? fileURLToPath(new URL('../../../examples', import.meta.url))),
    runHistoryMax: values.SEXTANT_RUN_HISTORY_MAX,
    objectLimits: { bytes: values.SEXTANT_OBJECT_MAX_MB, faces: values.SEXTANT_OBJECT_MAX_FACES },
    urls,
    healthUrls: {
      ism: values.ISM_HEALTH_URL ?? `${urls.ism}/health`,
      pem: values.PEM_HEALTH_URL ?? `${urls.pem}/api/v1/health`,
      render: values.RENDER_HEALTH_URL ?? `${urls.render}/health`,
    },
    camera: {
      defaultBase: base(values.RSS_BASE_URL),
      overrideBase: values.RSS_BASE_OVERRIDE === undefined ? null : base(values.RSS_BASE_OVERRIDE),
      allowedHosts: values.RSS_ALLOWED_HOSTS.split(/[\s,]+/).filter((item) => item !== ''),
      timeoutMs: values.RSS_TIMEOUT_SEC * MILLISECONDS_PER_SECOND,
      maxAgeSeconds: values.RSS_MAX_AGE_SEC,
      capture: {
        rotationOrder: values.RSS_ROTATION_ORDER,
        rangeCorrection: values.RSS_RANGE_CORRECTION,
        minBrightness: values.RSS_MIN_BRIGHTNESS,
        minDepthCoverage: values.RSS_MIN_DEPTH_COVERAGE,
      },
    },
    autoStart: {
      driver: values.AUTO_START_DEPENDENCIES ? values.AUTO_START_DRIVER : 'none',
      composeFile: resolve(values.AUTO_START_COMPOSE_FILE),
    },
    outputRetentionDays: values.OUTPUT_RETENTION_DAYS,
    timeoutSeconds: { ism: values.ISM_TIMEOUT_SEC, pem: values.PEM_TIMEOUT_SEC, render: values.RENDER_TIMEOUT_SEC },
    saveInputImages: values.MAIN_SERVER_SAVE_INPUT_IMAGES,
    saveCameraParams: values.MAIN_SERVER_SAVE_CAMERA_PARAMS,
    saveServerResponses: values.MAIN_SERVER_SAVE_SERVER_RESPONSES,
  })
}
