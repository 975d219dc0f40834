import { JOB_QUEUE_DEFAULTS, type JobQueueOptions } from '../job-queue-options.ts'

export interface BullmqJobQueueOptions extends JobQueueOptions {
  /** redis://[user:password@]host:port[/db] */
  readonly redisUrl: string
  /** processes with the same name share the jobs */
  readonly queueName: string
  /** a process that is silent for this long is taken for dead, ms: its jobs are run again */
  readonly lockDurationMs: number
  /** told of lost connections, which are mended by themselves */
  readonly onError: (error: Error) => void
}

export const BULLMQ_DEFAULTS = {
  ...JOB_QUEUE_DEFAULTS,
  lockDurationMs: 15 * 10 ** 3,
  onError: (error: Error): void => process.emitWarning(error),
}
