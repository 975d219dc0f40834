import { PlatformError } from '@sextant/contracts'
import { isEnded, type Job, type JobFailure, type JobQueue, type JobRunner } from './job-queue.ts'

export interface MemoryJobQueueOptions {
  /** jobs that run at a time */
  readonly concurrency: number
  /** jobs that may wait; one more is refused */
  readonly maxQueued: number
  /** ended jobs that are remembered, the latest */
  readonly maxRemembered: number
  /** a job that runs longer is aborted and fails; null: no limit */
  readonly timeLimitMs: number | null
  /** Unix time, ms */
  readonly now: () => number
  readonly createId: () => string
}

export const MEMORY_JOB_QUEUE_DEFAULTS: MemoryJobQueueOptions = {
  concurrency: 1,
  maxQueued: 64,
  maxRemembered: 256,
  timeLimitMs: null,
  now: () => Date.now(),
  createId: () => globalThis.crypto.randomUUID(),
}

interface Entry<Input, Result> {
  job: Job<Input, Result>
  readonly controller: AbortController
  readonly ended: Promise<void>
  readonly end: () => void
}

/**
 * Jobs in this process's memory, first come first served; lost at restart. A job's key is free again once the job has
 * ended.
 */
export function createMemoryJobQueue<Input, Result>(
  run: JobRunner<Input, Result>,
  options: Partial<MemoryJobQueueOptions> = {},
): JobQueue<Input, Result> {
  const settings = { ...MEMORY_JOB_QUEUE_DEFAULTS, ...options }
  const entries = new Map<string, Entry<Input, Result>>()
  const activeByKey = new Map<string, Entry<Input, Result>>()
  const waiting: Entry<Input, Result>[] = []
  const running = new Set<Promise<void>>()
  const endedIds: string[] = []
  const listeners = new Set<(job: Job<Input, Result>) => void>()
  let closed = false

  const update = (entry: Entry<Input, Result>, change: Partial<Job<Input, Result>>): void => {
    entry.job = { ...entry.job, ...change }
    if (isEnded(entry.job)) {
      activeByKey.delete(entry.job.key)
      endedIds.push(entry.job.id)
      for (const id of endedIds.splice(0, Math.max(0, endedIds.length - settings.maxRemembered))) entries.delete(id)
      entry.end()
    }
    for (const listener of listeners) listener(entry.job)
  }

  const start = (entry: Entry<Input, Result>): void => {
    update(entry, { status: 'running', startedAtMs: settings.now() })
    const task = execute(entry).finally(() => {
      running.delete(task)
      startWaiting()
    })
    running.add(task)
  }

  const startWaiting = (): void => {
    while (!closed && running.size < settings.concurrency) {
      const next = waiting.shift()
      if (next === undefined) return
      start(next)
    }
  }

  const execute = async (entry: Entry<Input, Result>): Promise<void> => {
    const { signal } = entry.controller
    const { timeLimitMs } = settings
    const timer =
      timeLimitMs === null
        ? undefined
        : setTimeout(() => {
            const detail = `The job was stopped after ${timeLimitMs} ms.`
            entry.controller.abort(new PlatformError('deadline.exceeded', { detail }))
          }, timeLimitMs)
    try {
      const result = await run(entry.job.input, {
        jobId: entry.job.id,
        signal,
        report: (progress) => {
          if (!isEnded(entry.job)) update(entry, { progress })
        },
      })
      update(entry, { status: 'succeeded', result, endedAtMs: settings.now() })
    } catch (error) {
      // What aborted the job tells more than the error the abort caused.
      const failure = failureOf(signal.aborted ? signal.reason : error)
      const status = failure.code === 'request.cancelled' ? 'cancelled' : 'failed'
      update(entry, { status, error: failure, endedAtMs: settings.now() })
    } finally {
      clearTimeout(timer)
    }
  }

  const cancelEntry = (entry: Entry<Input, Result>, detail: string): void => {
    const position = waiting.indexOf(entry)
    if (position >= 0) {
      waiting.splice(position, 1)
      const error: JobFailure = { code: 'request.cancelled', detail }
      update(entry, { status: 'cancelled', error, endedAtMs: settings.now() })
    } else entry.controller.abort(new PlatformError('request.cancelled', { detail }))
  }

  return {
    enqueue(key, input) {
      const active = activeByKey.get(key)
      if (active !== undefined) return Promise.resolve(active.job)
      const isFull = running.size >= settings.concurrency && waiting.length >= settings.maxQueued
      if (closed || isFull) {
        const detail = closed ? 'The queue is shutting down.' : `${waiting.length} jobs wait already.`
        return Promise.reject(new PlatformError('capacity.queue_full', { detail }))
      }
      const entry = createEntry<Input, Result>(settings.createId(), key, input, settings.now())
      entries.set(entry.job.id, entry)
      activeByKey.set(key, entry)
      waiting.push(entry)
      const queued = entry.job
      for (const listener of listeners) listener(queued)
      startWaiting()
      return Promise.resolve(queued)
    },
    get: (id) => Promise.resolve(entries.get(id)?.job),
    async wait(id, { timeoutMs, signal } = {}) {
      const entry = entries.get(id)
      if (entry === undefined) throw new PlatformError('job.not_found', { detail: 'There is no job with this id.' })
      await untilFirst(entry.ended, timeoutMs, signal)
      return entry.job
    },
    cancel(id) {
      const entry = entries.get(id)
      if (entry === undefined || isEnded(entry.job)) return Promise.resolve(false)
      cancelEntry(entry, 'The job was cancelled.')
      return Promise.resolve(true)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    counts: () => Promise.resolve({ queued: waiting.length, running: running.size }),
    async close() {
      closed = true
      for (const entry of [...activeByKey.values()]) cancelEntry(entry, 'The service is shutting down.')
      await Promise.all(running)
    },
  }
}

function createEntry<Input, Result>(id: string, key: string, input: Input, now: number): Entry<Input, Result> {
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const empty = { progress: null, result: null, error: null, startedAtMs: null, endedAtMs: null }
  const job: Job<Input, Result> = { id, key, status: 'queued', input, createdAtMs: now, ...empty }
  return { job, controller: new AbortController(), ended, end }
}

/** Resolves with `promise`, after `timeoutMs`, or when `signal` aborts, whichever comes first; leaves no timer. */
async function untilFirst(promise: Promise<void>, timeoutMs?: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => undefined
  const givenUp = new Promise<void>((resolve) => {
    stop = resolve
    // setTimeout holds 31 bits
    if (timeoutMs !== undefined) timer = setTimeout(resolve, Math.min(timeoutMs, 2 ** 31 - 1))
    signal?.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([promise, givenUp])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

function failureOf(error: unknown): JobFailure {
  if (error instanceof PlatformError) return { code: error.code, detail: error.message }
  return { code: 'internal.unexpected', detail: error instanceof Error ? error.message : String(error) }
}
