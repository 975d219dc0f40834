// Fastify plugins every service shares: errors, health, metrics, logs, config, workers, shutdown.
export { createArtifactCache, type ArtifactCache, type CacheLimits, type CacheStats } from './artifact-cache.ts'
export {
  booleanField,
  ConfigError,
  hostField,
  listField,
  logFileFields,
  logFileOf,
  logLevelField,
  megabytesField,
  parseConfig,
  portField,
  providersField,
  type Environment,
  type LogFile,
  type LogLevel,
} from './config.ts'
export { openDailyLog, type DailyLog, type DailyLogOptions } from './daily-log.ts'
export { readEnvironment } from './environment.ts'
export { createService, type Service, type ServiceApp, type ServiceOptions } from './create-service.ts'
export { asPlatformError } from './errors-plugin.ts'
export type { ServiceMetrics } from './metrics-plugin.ts'
export { createRecentLog, type LogFilter, type RecentLog } from './recent-log.ts'
export { runService } from './run-service.ts'
export { readFrameForm, type FrameForm } from './frame-form.ts'
export { openApiBodies } from './openapi-bodies.ts'
export { readUploadForm } from './upload-form.ts'
export { signalOf } from './signal-of.ts'
export { answerTask, type WorkerAnswer } from './worker-answer.ts'
export { createWorkerPool, workerEntry, type WorkerPool, type WorkerPoolOptions } from './worker-pool.ts'
export { closeStreamsWith, openEventStream, type EventStream } from './event-stream.ts'
export { registerStatus, type StatusSource } from './status-routes.ts'
