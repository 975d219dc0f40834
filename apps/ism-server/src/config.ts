import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { engineChoiceV2, type EngineChoiceV2 } from '@sextant/contracts'
import type { Provider } from '@sextant/inference'
import { networksFor } from '@sextant/models'
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
  ISM_ENGINE: engineChoiceV2.default('geometric'),
  ISM_SAM6D_MODE: z.enum(['corrected', 'parity']).default('corrected'),
  ISM_PROPOSALS: z.enum(networksFor('proposals')).default('sam-vit-h'),
  ISM_DESCRIPTOR: z.enum(networksFor('descriptor')).default('dinov2-vitl14'),
  ISM_NETWORK_THREADS: z.coerce.number().int().min(1).max(64).optional(),
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
  /** described template sets, shared by the workers */
  readonly templateCache: CacheLimits
  /** classes, or class/object, described at start */
  readonly preload: readonly string[]
  readonly workers: number
  readonly queueMax: number
  /** engine of a request that names none; auto: sam6d where its networks are installed */
  readonly engine: EngineChoiceV2
  /** corrected: the official demo's mistakes mended; parity: with them */
  readonly sam6dMode: 'corrected' | 'parity'
  /** networks that propose masks and describe them */
  readonly proposals: string
  readonly descriptor: string
  readonly networkThreads: number
  /** absolute path of the converted networks */
  readonly modelsDir: string
  /** where networks may run, tried in this order */
  readonly providers: readonly Provider[]
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
    engine: values.ISM_ENGINE,
    sam6dMode: values.ISM_SAM6D_MODE,
    proposals: values.ISM_PROPOSALS,
    descriptor: values.ISM_DESCRIPTOR,
    networkThreads: values.ISM_NETWORK_THREADS ?? availableParallelism(),
    modelsDir: resolve(values.SEXTANT_MODELS_DIR ?? join(values.SEXTANT_STATIC_DIR, 'models')),
    providers: values.SEXTANT_PROVIDERS,
  })
}
