// The JobQueue port and its drivers.
export * from './job-queue.ts'
export { createMemoryJobQueue, MEMORY_JOB_QUEUE_DEFAULTS, type MemoryJobQueueOptions } from './memory-job-queue.ts'
