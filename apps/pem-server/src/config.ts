import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { engineChoiceV2, type EngineChoiceV2 } from '@sextant/contracts'
import type { Provider } from '@sextant/inference'
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
  providersField,
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
  PEM_ENGINE: engineChoiceV2.default('geometric'),
  PEM_SAM6D_MODE: z.enum(['corrected', 'parity']).default('corrected'),
  PEM_NETWORK_THREADS: z.coerce.number().int().min(1).max(64).optional(),
  PEM_ALLOW_REPLAY: booleanField(false),
  SEXTANT_MODELS_DIR: z.string().optional(),
  SEXTANT_PROVIDERS: providersField,
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
  /** engine of a request that names none; auto: sam6d where its networks are installed */
  readonly engine: EngineChoiceV2
  /** corrected: the network's poses are refined and judged by rendering; parity: what the official code answers */
  readonly sam6dMode: 'corrected' | 'parity'
  readonly networkThreads: number
  /** whether a request may bring the draws that are otherwise random */
  readonly allowReplay: boolean
  /** absolute path of the converted networks */
  readonly modelsDir: string
  /** where networks may run, tried in this order */
  readonly providers: readonly Provider[]
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
    engine: values.PEM_ENGINE,
    sam6dMode: values.PEM_SAM6D_MODE,
    networkThreads: values.PEM_NETWORK_THREADS ?? cores,
    allowReplay: values.PEM_ALLOW_REPLAY,
    modelsDir: resolve(values.SEXTANT_MODELS_DIR ?? join(values.SEXTANT_STATIC_DIR, 'models')),
    providers: values.SEXTANT_PROVIDERS,
  })
}
