// Jobs in Redis: shared by processes and machines, kept by Redis.
import { PlatformError } from '@sextant/contracts'
import { Job as BullJob, Queue, type JobType } from 'bullmq'
import { isEnded, type Job, type JobQueue, type JobRunner, type JobStatus } from '../job-queue.ts'
import { failureOf } from '../run-job.ts'
import { untilFirst } from '../until-first.ts'
import { openBullEvents } from './bull-events.ts'
import { bullPriority, snapshotOf, type BullData } from './bull-snapshot.ts'
import { startBullWorker } from './bull-worker.ts'
import { BULLMQ_DEFAULTS, type BullmqJobQueueOptions } from './bullmq-options.ts'
import { createCancelledJobs } from './cancelled-jobs.ts'
import { connectRedis } from './connect-redis.ts'

export type { BullmqJobQueueOptions } from './bullmq-options.ts'

/** Events can be lost with Redis: who waits looks again after this long. */
const LOOK_AGAIN_MS = 5 * 10 ** 3

/**
 * Jobs in Redis by BullMQ. A job whose process died is run again once its lock has run out. `concurrency` holds for each
 * process; processes that add at the same moment may exceed `maxQueued` by one each.
 *
 * @throws {Error} Redis cannot be reached
 */
export async function createBullmqJobQueue<Input, Result>(
  run: JobRunner<Input, Result>,
  options: Partial<BullmqJobQueueOptions> & Pick<BullmqJobQueueOptions, 'redisUrl' | 'queueName'>,
): Promise<JobQueue<Input, Result>> {
  const settings = { ...BULLMQ_DEFAULTS, ...options }
  const { maxRemembered, now, onError, queueName } = settings
  const redis = await connectRedis(settings.redisUrl, onError)
  const queue = new Queue<BullData>(queueName, { connection: redis })
  queue.on('error', onError)
  const cancelled = createCancelledJobs<Input, Result>(redis, queue.toKey('cancelled'), maxRemembered)
  const listeners = new Set<(job: Job<Input, Result>) => void>()
  const worker = startBullWorker(run, redis, settings)
  const events = await openBullEvents<Input, Result>({
    redis,
    queue,
    cancelled,
    onError,
    onCancelRequest: (id) => worker.cancel(id),
    onJob: (job) => {
      for (const listener of listeners) listener(job)
    },
  })
  const waits = new Set<Promise<unknown>>()
  const stopping = new AbortController()
  let isClosing = false
  let adding: Promise<unknown> = Promise.resolve()

  const find = async (id: string): Promise<Job<Input, Result> | undefined> => {
    const job = await BullJob.fromId<BullData>(queue, id)
    if (job === undefined) return cancelled.get(id)
    if (job.finishedOn !== undefined) return snapshotOf(job, 'ended')
    const state = await job.getState()
    // it ended, or was removed, between the two questions
    if (state === 'completed' || state === 'failed' || state === 'unknown') return find(id)
    return snapshotOf(job, state === 'active' ? 'running' : 'queued')
  }

  const counts = async (): Promise<{ queued: number; running: number }> => {
    const { active = 0, ...waiting } = await queue.getJobCounts('active', 'waiting', 'prioritized', 'delayed')
    return { queued: Object.values(waiting).reduce((sum, count) => sum + count, 0), running: active }
  }

  /** The active job of a key, in the place the higher priority gives it. */
  const join = async (key: string, priority: number): Promise<Job<Input, Result> | undefined> => {
    const id = await queue.getDeduplicationJobId(key)
    const active = id === null ? undefined : await find(id)
    if (active === undefined || isEnded(active)) return undefined
    if (active.status !== 'queued' || priority <= active.priority) return active
    const job = await BullJob.fromId<BullData>(queue, active.id)
    await job?.changePriority({ priority: bullPriority(priority) })
    return { ...active, priority }
  }

  const enqueue = async (key: string, input: Input, priority: number): Promise<Job<Input, Result>> => {
    if (isClosing) throw new PlatformError('capacity.queue_full', { detail: 'The service is shutting down.' })
    const active = await join(key, priority)
    if (active !== undefined) return active
    const { queued, running } = await counts()
    if (queued + running >= settings.maxQueued + settings.concurrency) {
      throw new PlatformError('capacity.queue_full', { detail: `${queued} jobs wait already.` })
    }
    const data: BullData = { key, input }
    const added = await queue.add('job', data, {
      jobId: settings.createId(),
      timestamp: now(),
      priority: bullPriority(priority),
      deduplication: { id: key },
      removeOnComplete: { count: maxRemembered },
      removeOnFail: { count: maxRemembered },
    })
    // Another process may have added the same key meanwhile: then this is its job.
    const stored = await BullJob.fromId<BullData>(queue, added.id ?? '')
    return snapshotOf(stored ?? added, 'queued')
  }

  const wait = async (id: string, timeoutMs: number, signal: AbortSignal): Promise<Job<Input, Result>> => {
    const ended = new AbortController()
    const stop = (job: Job<Input, Result>): void => {
      if (job.id === id && isEnded(job)) ended.abort()
    }
    listeners.add(stop)
    try {
      const giveUp = AbortSignal.any([signal, stopping.signal])
      const deadline = performance.now() + timeoutMs
      for (;;) {
        const job = await find(id)
        if (job === undefined) throw new PlatformError('job.not_found', { detail: 'There is no job with this id.' })
        const leftMs = deadline - performance.now()
        if (isEnded(job) || leftMs <= 0 || giveUp.aborted) return job
        const either = AbortSignal.any([giveUp, ended.signal])
        await untilFirst(new Promise(() => undefined), Math.min(leftMs, LOOK_AGAIN_MS), either)
      }
    } finally {
      listeners.delete(stop)
    }
  }

  const cancel = async (id: string): Promise<boolean> => {
    const job = await find(id)
    if (job === undefined || isEnded(job)) return false
    if (job.status === 'queued') {
      const reason = new PlatformError('request.cancelled', { detail: 'The job was cancelled.' })
      await cancelled.save({ ...job, status: 'cancelled', error: failureOf(reason), endedAtMs: now() })
      // Kept before it is removed: it is never unknown. One that has begun is locked and stays.
      if ((await queue.remove(id)) === 1) return true
      await cancelled.remove(id)
    }
    if (!worker.cancel(id)) await events.requestCancel(id)
    return true
  }

  return {
    enqueue(key, input, { priority = 0 } = {}) {
      // One after the other, so that jobs are in the order they were asked for, and none exceeds the limit.
      const added = adding.then(() => enqueue(key, input, priority))
      adding = added.catch(() => undefined)
      return added
    },
    get: find,
    async list({ limit, statuses }) {
      const wanted = (...some: JobStatus[]): boolean => some.some((status) => statuses?.includes(status) ?? true)
      const load = async (phase: 'queued' | 'running' | 'ended', ...types: JobType[]) => {
        const jobs = await queue.getJobs(types, 0, phase === 'ended' ? limit : -1)
        return jobs.map((job) => snapshotOf<Input, Result>(job as BullJob<BullData>, phase))
      }
      const groups = await Promise.all([
        wanted('queued') ? load('queued', 'waiting', 'prioritized', 'delayed') : [],
        wanted('running') ? load('running', 'active') : [],
        wanted('succeeded') ? load('ended', 'completed') : [],
        wanted('failed', 'cancelled') ? load('ended', 'failed') : [],
        wanted('cancelled') ? cancelled.all() : [],
      ])
      const found = groups.flat().filter((job) => wanted(job.status))
      return found.sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, limit)
    },
    wait(id, { timeoutMs = Infinity, signal = new AbortController().signal } = {}) {
      const waiting = wait(id, timeoutMs, signal).finally(() => waits.delete(waiting))
      waits.add(waiting)
      return waiting
    },
    cancel,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    counts,
    async close() {
      if (isClosing) return
      isClosing = true
      // A job that is being added is there before the worker stops, and waits for the next process.
      await adding
      await worker.close()
      stopping.abort()
      await Promise.allSettled(waits)
      await events.close()
      await queue.close()
      redis.disconnect()
    },
  }
}
