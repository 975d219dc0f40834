import type { ErrorCode } from '@sextant/contracts'

export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** A snapshot of one job; plain data. */
export interface Job<Input, Result> {
  readonly id: string
  /** jobs with one key never run twice at a time */
  readonly key: string
  readonly status: JobStatus
  /** higher runs first; first come first served among equals */
  readonly priority: number
  /** how often it was started; more than once after a crash */
  readonly attempts: number
  readonly input: Input
  /** steps done and in all, as the runner last reported */
  readonly progress: JobProgress | null
  /** set when succeeded */
  readonly result: Result | null
  /** set when failed or cancelled */
  readonly error: JobFailure | null
  /** Unix time, ms */
  readonly createdAtMs: number
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
}

export interface JobProgress {
  readonly done: number
  readonly total: number
}

export interface JobFailure {
  readonly code: ErrorCode
  readonly detail: string
}

export interface JobContext {
  readonly jobId: string
  /** 1 at first; more when the process died while the job ran: part of its work may be done */
  readonly attempt: number
  /** Unix time, ms: when the job was asked for */
  readonly createdAtMs: number
  /** aborted by cancel, by the time limit and by close */
  readonly signal: AbortSignal
  readonly report: (progress: JobProgress) => void
}

/** Does the work of one job. Must stop soon after the signal aborts; a rejection makes the job fail. */
export type JobRunner<Input, Result> = (input: Input, context: JobContext) => Promise<Result>

export interface WaitOptions {
  /** give up after this long and return the job as it is */
  readonly timeoutMs?: number
  /** give up when it aborts and return the job as it is; the job goes on */
  readonly signal?: AbortSignal
}

export interface EnqueueOptions {
  /** 0 when absent */
  readonly priority?: number
}

export interface ListOptions {
  /** all when absent */
  readonly statuses?: readonly JobStatus[]
  readonly limit: number
}

/** The queue port. Every driver passes `describeJobQueue`. Input and result are plain data (JSON). */
export interface JobQueue<Input, Result> {
  /**
   * Adds a job; when one with the same key waits or runs, that one is returned instead (single flight). A waiting job
   * takes over the higher priority of the two.
   * @throws {PlatformError} capacity.queue_full
   */
  enqueue(key: string, input: Input, options?: EnqueueOptions): Promise<Job<Input, Result>>
  /** The job, or undefined when unknown or forgotten. */
  get(id: string): Promise<Job<Input, Result> | undefined>
  /** Jobs, the latest first. */
  list(options: ListOptions): Promise<Job<Input, Result>[]>
  /**
   * Resolves when the job has ended, when waiting is given up, or when the queue closes: then with the job as it is.
   * @throws {PlatformError} job.not_found
   */
  wait(id: string, options?: WaitOptions): Promise<Job<Input, Result>>
  /** Stops a job that has not ended. Returns false when there was nothing to stop. */
  cancel(id: string): Promise<boolean>
  /** Calls `listener` with every new snapshot; returns the way to stop that. */
  subscribe(listener: (job: Job<Input, Result>) => void): () => void
  /** Number of jobs that wait and that run. */
  counts(): Promise<{ queued: number; running: number }>
  /**
   * Stops the runners and waits for them to return. What has not ended is cancelled where jobs live in memory; where
   * they persist, it waits for the next process.
   */
  close(): Promise<void>
}

/** Whether nothing more will happen to the job. */
export function isEnded(job: Job<unknown, unknown>): boolean {
  return job.status === 'succeeded' || job.status === 'failed' || job.status === 'cancelled'
}
