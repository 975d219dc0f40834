import { JOB_QUEUE_DEFAULTS, type JobQueueOptions } from './job-queue-options.ts'
import type { JobQueue, JobRunner } from './job-queue.ts'
import { createMemoryJobStore } from './job-store.ts'
import { createScheduledJobQueue } from './scheduled-job-queue.ts'

/** Jobs in this process's memory; lost at restart. */
export function createMemoryJobQueue<Input, Result>(
  run: JobRunner<Input, Result>,
  options: Partial<JobQueueOptions> = {},
): JobQueue<Input, Result> {
  const settings = { ...JOB_QUEUE_DEFAULTS, ...options }
  return createScheduledJobQueue(run, createMemoryJobStore(settings.maxRemembered), settings)
}
