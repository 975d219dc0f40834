import { QueueEvents, QueueEventsProducer, type Queue, type QueueEventsListener } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Job } from '../job-queue.ts'
import { progressOf, snapshotOf, type BullData } from './bull-snapshot.ts'
import type { CancelledJobs } from './cancelled-jobs.ts'

export interface BullEvents {
  /** Asks whatever process runs the job to stop it. */
  requestCancel(id: string): Promise<void>
  close(): Promise<void>
}

export interface BullEventsOptions<Input, Result> {
  readonly redis: Redis
  readonly queue: Queue<BullData>
  readonly cancelled: CancelledJobs<Input, Result>
  readonly onJob: (job: Job<Input, Result>) => void
  readonly onCancelRequest: (id: string) => void
  readonly onError: (error: Error) => void
}

interface CancelListener extends QueueEventsListener {
  'cancel-requested': (args: { jobId: string }) => void
}

/** Turns BullMQ's event stream, which all processes share, into snapshots of jobs, in the order of the stream. */
export async function openBullEvents<Input, Result>(options: BullEventsOptions<Input, Result>): Promise<BullEvents> {
  const { cancelled, onCancelRequest, onError, onJob, queue, redis } = options
  // From the last event on: '$' would lose what happens before the first blocking read.
  const [last] = await redis.xrevrange(queue.toKey('events'), '+', '-', 'COUNT', 1)
  const events = new QueueEvents(queue.name, { connection: redis, lastEventId: last?.[0] ?? '0-0' })
  const producer = new QueueEventsProducer(queue.name, { connection: redis })
  events.on('error', onError)
  producer.on('error', onError)

  let tail = Promise.resolve()
  const inOrder = (load: () => Promise<Job<Input, Result> | undefined>): void => {
    tail = tail
      .then(load)
      .then((job) => {
        if (job !== undefined) onJob(job)
      })
      .catch(onError)
  }
  const snapshot = async (id: string, phase: 'queued' | 'running' | 'ended', progress: unknown = null) => {
    const job = await queue.getJob(id)
    if (job === undefined) return undefined
    const found = snapshotOf<Input, Result>(job, phase)
    return phase === 'running' ? { ...found, progress: progressOf(progress) } : found
  }
  events.on('added', ({ jobId }) => inOrder(() => snapshot(jobId, 'queued')))
  events.on('waiting', ({ jobId, prev }) => {
    if (prev === 'active') inOrder(() => snapshot(jobId, 'queued'))
  })
  events.on('active', ({ jobId }) => inOrder(() => snapshot(jobId, 'running')))
  events.on('progress', ({ jobId, data }) => inOrder(() => snapshot(jobId, 'running', data)))
  events.on('completed', ({ jobId }) => inOrder(() => snapshot(jobId, 'ended')))
  events.on('failed', ({ jobId }) => inOrder(() => snapshot(jobId, 'ended')))
  events.on('removed', ({ jobId }) => inOrder(() => cancelled.get(jobId)))
  events.on<CancelListener>('cancel-requested', ({ jobId }: { jobId: string }) => onCancelRequest(jobId))
  await Promise.all([events.waitUntilReady(), producer.waitUntilReady()])
  return {
    requestCancel: (jobId) => producer.publishEvent({ eventName: 'cancel-requested', jobId }),
    async close() {
      await events.close()
      await tail
      await producer.close()
    },
  }
}
