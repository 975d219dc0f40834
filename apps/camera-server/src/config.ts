import { resolve } from 'node:path'
import {
  hostField,
  logFileFields,
  logFileOf,
  logLevelField,
  parseConfig,
  portField,
  type Environment,
  type LogFile,
} from '@sextant/service-kit'
import { z } from 'zod'

/** Variables of the camera server. */
const schema = z.object({
  CAMERA_SERVER_HOST: z.string().optional(),
  HOST: hostField,
  CAMERA_SERVER_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  PORT: portField(51000),
  CAMERA_LOG_LEVEL: z.string().optional(),
  LOG_LEVEL: logLevelField,
  ...logFileFields,
  CAMERA_SOURCE: z.enum(['synthetic', 'recorded', 'folder']).default('synthetic'),
  CAMERA_FOLDER: z.string().optional(),
  CAMERA_FPS: z.coerce.number().positive().max(60).default(5),
  CAMERA_SEED: z.coerce.number().int().default(1),
})

export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: z.infer<typeof logLevelField>
  /** null: no files */
  readonly logFile: LogFile | null
  readonly source: 'synthetic' | 'recorded' | 'folder'
  /** recorded: captures; folder: images; synthetic: CAD, null = the example's */
  readonly folder: string | null
  readonly fps: number
  readonly seed: number
}

/** @throws {ConfigError} naming every bad variable */
export function readConfig(env: Environment): Config {
  const needsFolder = env.CAMERA_SOURCE === 'recorded' || env.CAMERA_SOURCE === 'folder'
  const strict = needsFolder
    ? schema.extend({ CAMERA_FOLDER: z.string({ error: `needed when CAMERA_SOURCE is ${env.CAMERA_SOURCE}` }) })
    : schema
  const values = parseConfig(strict, env.CAMERA_LOG_LEVEL ? { ...env, LOG_LEVEL: env.CAMERA_LOG_LEVEL } : env)
  return Object.freeze({
    host: values.CAMERA_SERVER_HOST ?? values.HOST,
    port: values.CAMERA_SERVER_PORT ?? values.PORT,
    logLevel: values.LOG_LEVEL,
    logFile: logFileOf(values),
    source: values.CAMERA_SOURCE,
    folder: values.CAMERA_FOLDER === undefined ? null : resolve(values.CAMERA_FOLDER),
    fps: values.CAMERA_FPS,
    seed: values.CAMERA_SEED,
  })
}
