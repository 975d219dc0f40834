export interface JobQueueOptions {
  /** jobs that run at a time */
  readonly concurrency: number
  /** jobs that may wait; one more is refused */
  readonly maxQueued: number
  /** ended jobs that are remembered, the latest */
  readonly maxRemembered: number
  /** a job that runs longer is aborted and fails; null: no limit */
  readonly timeLimitMs: number | null
  /** a job whose process died this often while it ran fails: it may be what kills */
  readonly maxAttempts: number
  /** Unix time, ms */
  readonly now: () => number
  readonly createId: () => string
}

export const JOB_QUEUE_DEFAULTS: JobQueueOptions = {
  concurrency: 1,
  maxQueued: 64,
  maxRemembered: 256,
  timeLimitMs: null,
  maxAttempts: 3,
  now: () => Date.now(),
  createId: () => globalThis.crypto.randomUUID(),
}
