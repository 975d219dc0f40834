import { BLENDER_DEFAULTS } from '@sextant/blender'
import {
  hostField,
  logFileFields,
  logFileOf,
  logLevelField,
  parseConfig,
  portField,
  type Environment,
  type LogFile,
  type LogLevel,
} from '@sextant/service-kit'
import { MAX_CYCLES_SAMPLES, TEMPLATE_ENGINES, type TemplateEngine } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { CYCLES_SAMPLES } from '@sextant/templates'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** Where jobs live: in the process, in a file, in Redis. */
export type JobDriver = (typeof JOB_DRIVERS)[number]
const JOB_DRIVERS = ['memory', 'libsql', 'bullmq'] as const

export interface Config {
  readonly host: string
  readonly port: number
  readonly logLevel: LogLevel
  /** null: no files */
  readonly logFile: LogFile | null
  /** absolute path of the static folder */
  readonly staticDir: string
  readonly jobDriver: JobDriver
  /** absolute path of the file of the libsql driver */
  readonly jobFile: string
  /** of the bullmq driver */
  readonly redisUrl: string
  /** template sets rendered at a time, each on a thread of its own */
  readonly workers: number
  /** template jobs that may wait */
  readonly maxQueuedJobs: number
  /** a job is stopped after this long, ms */
  readonly jobTimeLimitMs: number
  /** what draws the views of requests that do not say */
  readonly engine: TemplateEngine
  /** per pixel, of Cycles, for requests that do not say */
  readonly cyclesSamples: number
  /** name or path of Blender's executable */
  readonly blender: string
  readonly pid: number
}

const DEFAULT_PORT = 8004

const cyclesSamplesField = z.coerce.number().int().min(1).max(MAX_CYCLES_SAMPLES)

const schema = z.object({
  RENDER_SERVER_HOST: hostField.optional(),
  HOST: hostField,
  RENDER_SERVER_PORT: portField(DEFAULT_PORT).optional(),
  PORT: portField(DEFAULT_PORT),
  RENDER_LOG_LEVEL: logLevelField.optional(),
  LOG_LEVEL: logLevelField,
  ...logFileFields,
  SEXTANT_STATIC_DIR: z.string().default('./static'),
  RENDER_JOB_DRIVER: z.enum(JOB_DRIVERS).default('libsql'),
  RENDER_JOB_FILE: z.string().optional(),
  REDIS_URL: z.string().default('redis://localhost:6379'),
  RENDER_WORKERS: z.coerce.number().int().min(1).optional(),
  RENDER_MAX_QUEUED_JOBS: z.coerce.number().int().min(1).default(64),
  RENDER_JOB_TIME_LIMIT_SEC: z.coerce.number().positive().default(1800),
  RENDER_ENGINE: z.enum(TEMPLATE_ENGINES).default('rasteriser'),
  RENDER_CYCLES_SAMPLES: cyclesSamplesField.default(CYCLES_SAMPLES),
  RENDER_BLENDER: z.string().default(BLENDER_DEFAULTS.executable),
})

/**
 * The render server's settings; RENDER_SERVER_* wins over the general names.
 * @throws {ConfigError} naming every bad variable
 */
export function readConfig(env: Environment = process.env): Config {
  const values = parseConfig(schema, env)
  const staticDir = resolve(values.SEXTANT_STATIC_DIR)
  return {
    host: env['RENDER_SERVER_HOST'] ? (values.RENDER_SERVER_HOST ?? values.HOST) : values.HOST,
    port: env['RENDER_SERVER_PORT'] ? (values.RENDER_SERVER_PORT ?? values.PORT) : values.PORT,
    logLevel: env['RENDER_LOG_LEVEL'] ? (values.RENDER_LOG_LEVEL ?? values.LOG_LEVEL) : values.LOG_LEVEL,
    logFile: logFileOf(values),
    staticDir,
    jobDriver: values.RENDER_JOB_DRIVER,
    jobFile: resolve(values.RENDER_JOB_FILE ?? join(staticDir, 'jobs', 'render.sqlite')),
    redisUrl: values.REDIS_URL,
    workers: values.RENDER_WORKERS ?? availableParallelism(),
    maxQueuedJobs: values.RENDER_MAX_QUEUED_JOBS,
    jobTimeLimitMs: values.RENDER_JOB_TIME_LIMIT_SEC * MILLISECONDS_PER_SECOND,
    engine: values.RENDER_ENGINE,
    cyclesSamples: values.RENDER_CYCLES_SAMPLES,
    blender: values.RENDER_BLENDER,
    pid: process.pid,
  }
}
