import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import {
  booleanField,
  hostField,
  listField,
  logFileFields,
  logFileOf,
  logLevelField,
  megabytesField,
  parseConfig,
  portField,
  type CacheLimits,
  type Environment,
  type LogFile,
} from '@sextant/service-kit'
import { z } from 'zod'

/** Variables of the ISM server; the ISM_ names win over the general ones. */
const schema = z.object({
  ISM_SERVER_HOST: z.string().optional(),
  HOST: hostField,
  ISM_SERVER_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  PORT: portField(8002),
  LOG_LEVEL: logLevelField,
  ...logFileFields,
  SEXTANT_STATIC_DIR: z.string().default('./static'),
  ISM_MAX_CACHE_SIZE: z.coerce.number().int().min(1).default(20),
  ISM_CACHE_MAX_MB: megabytesField(512),
  ISM_PRELOAD_TEMPLATES: booleanField(false),
  ISM_PRELOAD_LIST: listField('ycb'),
  ISM_WORKERS: z.coerce.number().int().min(1).optional(),
  ISM_QUEUE_MAX: z.coerce.number().int().min(1).default(64),
})

export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: z.infer<typeof logLevelField>
  /** null: no files */
  readonly logFile: LogFile | null
  /** absolute path of the static root */
  readonly staticDir: string
  /** described template sets, shared by the workers */
  readonly templateCache: CacheLimits
  /** classes, or class/object, described at start */
  readonly preload: readonly string[]
  readonly workers: number
  readonly queueMax: number
}

/** @throws {ConfigError} naming every bad variable */
export function readConfig(env: Environment): Config {
  const values = parseConfig(schema, env.ISM_LOG_LEVEL ? { ...env, LOG_LEVEL: env.ISM_LOG_LEVEL } : env)
  return Object.freeze({
    host: values.ISM_SERVER_HOST ?? values.HOST,
    port: values.ISM_SERVER_PORT ?? values.PORT,
    logLevel: values.LOG_LEVEL,
    logFile: logFileOf(values),
    staticDir: resolve(values.SEXTANT_STATIC_DIR),
    templateCache: { maxEntries: values.ISM_MAX_CACHE_SIZE, maxBytes: values.ISM_CACHE_MAX_MB },
    preload: values.ISM_PRELOAD_TEMPLATES ? values.ISM_PRELOAD_LIST : [],
    workers: values.ISM_WORKERS ?? Math.max(1, Math.floor(availableParallelism() / 2)),
    queueMax: values.ISM_QUEUE_MAX,
  })
}
