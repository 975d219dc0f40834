import { PlatformError } from '@sextant/contracts'
import { UnrecoverableError, WaitingError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { JobProgress, JobRunner } from '../job-queue.ts'
import { runJob } from '../run-job.ts'
import { failureText, type BullData } from './bull-snapshot.ts'
import type { BullmqJobQueueOptions } from './bullmq-options.ts'

export interface BullWorker {
  /** Stops a job that runs in this process; false when none does. */
  cancel(id: string): boolean
  /** Stops the runners, waits for them, and puts their jobs back. */
  close(): Promise<void>
}

export function startBullWorker<Input, Result>(
  run: JobRunner<Input, Result>,
  redis: Redis,
  settings: BullmqJobQueueOptions,
): BullWorker {
  const { onError } = settings
  const controllers = new Map<string, AbortController>()
  const shutdown = new PlatformError('request.cancelled', { detail: 'The service is shutting down.' })
  const worker = new Worker<BullData, Result>(
    settings.queueName,
    async (job, token) => {
      const controller = new AbortController()
      const id = job.id ?? ''
      controllers.set(id, controller)
      let telling = Promise.resolve()
      const report = (progress: JobProgress): void => {
        telling = telling.then(() => job.updateProgress({ ...progress })).catch(onError)
      }
      const input = job.data.input as Input
      const facts = { id, input, attempts: job.stalledCounter + 1, createdAtMs: job.timestamp }
      const outcome = await runJob(run, facts, controller, settings.timeLimitMs, report)
      await telling
      controllers.delete(id)
      if (outcome.status === 'succeeded') return outcome.result
      if (controller.signal.reason === shutdown) {
        await job.moveToWait(token)
        throw new WaitingError()
      }
      throw new UnrecoverableError(failureText(outcome.error))
    },
    {
      connection: redis,
      concurrency: settings.concurrency,
      lockDuration: settings.lockDurationMs,
      stalledInterval: settings.lockDurationMs,
      maxStalledCount: settings.maxAttempts - 1,
    },
  )
  worker.on('error', onError)
  return {
    cancel(id) {
      const controller = controllers.get(id)
      controller?.abort(new PlatformError('request.cancelled', { detail: 'The job was cancelled.' }))
      return controller !== undefined
    },
    async close() {
      const closed = worker.close()
      for (const controller of controllers.values()) controller.abort(shutdown)
      await closed
    },
  }
}
