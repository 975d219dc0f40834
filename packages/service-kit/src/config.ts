import { resolve } from 'node:path'
import { z } from 'zod'

/** Environment variables, as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Thrown at start; lists every bad variable at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * Reads a service's configuration from the environment. Empty values count as unset.
 * @throws {ConfigError} with one line per bad variable
 */
export function parseConfig<S extends z.ZodObject>(schema: S, env: Environment): Readonly<z.infer<S>> {
  const known = Object.fromEntries(Object.keys(schema.shape).flatMap((key) => (env[key] ? [[key, env[key]]] : [])))
  const result = schema.safeParse(known)
  if (result.success) return Object.freeze(result.data)
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigError(`The configuration is not valid:\n${lines.join('\n')}`)
}

/** Fields every service has. */
export const portField = (fallback: number): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(0).max(65535).default(fallback)

export const hostField = z.string().default('0.0.0.0')

export const booleanField = (fallback: boolean): z.ZodType<boolean, string | undefined> =>
  z
    .enum(['true', 'false', 'True', 'False', 'TRUE', 'FALSE', '1', '0', 'yes', 'no'])
    .optional()
    .transform((value) => (value === undefined ? fallback : ['true', '1', 'yes'].includes(value.toLowerCase())))

/** Where log files go; every service has these. */
export const logFileFields = {
  LOG_TO_FILE: booleanField(true),
  LOG_DIR: z.string().default('./logs'),
  LOG_RETENTION_DAYS: z.coerce.number().int().min(0).default(30),
}

export interface LogFile {
  readonly directory: string
  /** files older than this are removed; 0 = never */
  readonly retentionDays: number
}

/** null: no files. */
export function logFileOf(values: {
  readonly LOG_TO_FILE: boolean
  readonly LOG_DIR: string
  readonly LOG_RETENTION_DAYS: number
}): LogFile | null {
  return values.LOG_TO_FILE ? { directory: resolve(values.LOG_DIR), retentionDays: values.LOG_RETENTION_DAYS } : null
}

/** Words separated by commas or spaces. */
export const listField = (fallback: string): z.ZodType<string[], string | undefined> =>
  z
    .string()
    .default(fallback)
    .transform((value) => value.split(/[\s,]+/).filter((item) => item !== ''))

const MEBIBYTE = 1024 * 1024

/** Given in MiB, read as bytes. */
export const megabytesField = (fallback: number): z.ZodType<number, string | undefined> =>
  z.coerce
    .number()
    .positive()
    .default(fallback)
    .transform((value) => value * MEBIBYTE) as unknown as z.ZodType<number, string | undefined>

/** Level names of the contract (INFO, WARNING ...) to those of the logger. */
export const logLevelField: z.ZodType<LogLevel, string | undefined> = z
  .string()
  .optional()
  .transform((value, context): LogLevel => {
    const level = LOG_LEVELS[(value ?? 'INFO').toUpperCase()]
    if (level !== undefined) return level
    context.addIssue({ code: 'custom', message: `one of ${Object.keys(LOG_LEVELS).join(', ')}` })
    return z.NEVER
  })

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
  FATAL: 'fatal',
  SILENT: 'silent',
}

/** Execution providers for networks, tried in this order. */
export const providersField = z
  .string()
  .default('cpu')
  .transform((value) => value.split(/[\s,]+/).filter((item) => item !== ''))
  .pipe(z.array(z.enum(['tensorrt', 'cuda', 'webgpu', 'cpu'])).min(1))
