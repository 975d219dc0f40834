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

/** Variables of the PEM server; the PEM_ names win over the general ones. */
const schema = z.object({
  PEM_SERVER_HOST: z.string().optional(),
  HOST: hostField,
  PEM_SERVER_PORT: z.coerce.number().int().min(0).max(65535).optional(),
  PORT: portField(8003),
  PEM_LOG_LEVEL: z.string().optional(),
  LOG_LEVEL: logLevelField,
  ...logFileFields,
  SEXTANT_STATIC_DIR: z.string().default('./static'),
  PEM_CAD_CACHE_MAX: z.coerce.number().int().min(1).default(20),
  PEM_CACHE_MAX_MB: megabytesField(1024),
  PEM_PRELOAD_TEMPLATES: booleanField(false),
  PEM_PRELOAD_LIST: listField('ycb'),
  PEM_WORKERS: z.coerce.number().int().min(1).optional(),
  PEM_SEARCH_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  PEM_QUEUE_MAX: z.coerce.number().int().min(1).default(64),
})

export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: z.infer<typeof logLevelField>
  /** null: no files */
  readonly logFile: LogFile | null
  /** absolute path of the static root */
  readonly staticDir: string
  /** prepared models, shared by the workers */
  readonly cadCache: CacheLimits
  /** classes, or class/object, prepared at start */
  readonly preload: readonly string[]
  /** requests computed at a time */
  readonly workers: number
  /** threads that share the search of one request */
  readonly searchThreads: number
  readonly queueMax: number
}

/** @throws {ConfigError} naming every bad variable */
export function readConfig(env: Environment): Config {
  const values = parseConfig(schema, env.PEM_LOG_LEVEL ? { ...env, LOG_LEVEL: env.PEM_LOG_LEVEL } : env)
  const cores = availableParallelism()
  const workers = values.PEM_WORKERS ?? Math.max(1, Math.floor(cores / 4))
  return Object.freeze({
    host: values.PEM_SERVER_HOST ?? values.HOST,
    port: values.PEM_SERVER_PORT ?? values.PORT,
    logLevel: values.LOG_LEVEL,
    logFile: logFileOf(values),
    staticDir: resolve(values.SEXTANT_STATIC_DIR),
    cadCache: { maxEntries: values.PEM_CAD_CACHE_MAX, maxBytes: values.PEM_CACHE_MAX_MB },
    preload: values.PEM_PRELOAD_TEMPLATES ? values.PEM_PRELOAD_LIST : [],
    workers,
    searchThreads: values.PEM_SEARCH_THREADS ?? Math.min(8, Math.max(1, Math.floor(cores / workers))),
    queueMax: values.PEM_QUEUE_MAX,
  })
}
