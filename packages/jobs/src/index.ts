// The JobQueue port and its drivers. Second doors: `@sextant/jobs/libsql` (a file), `@sextant/jobs/bullmq` (Redis).
export * from './job-queue.ts'
export { JOB_QUEUE_DEFAULTS, type JobQueueOptions } from './job-queue-options.ts'
export { createMemoryJobQueue } from './memory-job-queue.ts'
