import { PlatformError } from '@sextant/contracts'
import type { JobQueueOptions } from './job-queue-options.ts'
import { isEnded, type Job, type JobQueue, type JobRunner } from './job-queue.ts'
import type { JobStore } from './job-store.ts'
import { failureOf, interruptedFailure, runJob } from './run-job.ts'
import { untilFirst } from './until-first.ts'

interface Entry<Input, Result> {
  job: Job<Input, Result>
  readonly controller: AbortController
  /** resolves when the job has ended, or when nobody will end it any more */
  readonly settled: Promise<void>
  readonly settle: () => void
}

/**
 * Schedules in this process the jobs of a store that only this process uses. What a former process left unended goes on:
 * waiting jobs wait, jobs that ran are run again from their start.
 */
export function createScheduledJobQueue<Input, Result>(
  run: JobRunner<Input, Result>,
  store: JobStore<Input, Result>,
  settings: JobQueueOptions,
): JobQueue<Input, Result> {
  const { now } = settings
  const entries = new Map<string, Entry<Input, Result>>()
  const activeByKey = new Map<string, Entry<Input, Result>>()
  /** highest priority first, then first come */
  const waiting: Entry<Input, Result>[] = []
  const running = new Set<Promise<void>>()
  const listeners = new Set<(job: Job<Input, Result>) => void>()
  const shutdown = new PlatformError('request.cancelled', { detail: 'The service is shutting down.' })
  let closed = false

  const publish = (job: Job<Input, Result>): void => {
    for (const listener of listeners) listener(job)
  }

  /** Keeps a step of a job, then tells of it. A job whose step cannot be kept fails: its outcome would be lost. */
  const move = (entry: Entry<Input, Result>, change: Partial<Job<Input, Result>>): void => {
    entry.job = { ...entry.job, ...change }
    let isKept = true
    try {
      store.save(entry.job)
    } catch (cause) {
      isKept = false
      const error = { ...failureOf(cause), detail: `The job could not be kept: ${failureOf(cause).detail}` }
      entry.job = { ...entry.job, status: 'failed', result: null, error, endedAtMs: now() }
    }
    if (isEnded(entry.job)) {
      activeByKey.delete(entry.job.key)
      if (isKept) entries.delete(entry.job.id)
      entry.settle()
    }
    publish(entry.job)
  }

  const wait = (entry: Entry<Input, Result>): void => {
    const behind = waiting.findIndex((other) => other.job.priority < entry.job.priority)
    waiting.splice(behind < 0 ? waiting.length : behind, 0, entry)
  }

  const add = (job: Job<Input, Result>): Entry<Input, Result> => {
    const entry = createEntry(job)
    entries.set(job.id, entry)
    activeByKey.set(job.key, entry)
    return entry
  }

  const startWaiting = (): void => {
    while (!closed && running.size < settings.concurrency) {
      const next = waiting.shift()
      if (next === undefined) return
      move(next, { status: 'running', startedAtMs: now(), attempts: next.job.attempts + 1 })
      if (isEnded(next.job)) continue
      const task = execute(next).finally(() => {
        running.delete(task)
        startWaiting()
      })
      running.add(task)
    }
  }

  const execute = async (entry: Entry<Input, Result>): Promise<void> => {
    const outcome = await runJob(run, entry.job, entry.controller, settings.timeLimitMs, (progress) => {
      if (isEnded(entry.job)) return
      // Kept with the next step only: whoever runs the job again begins at its start.
      entry.job = { ...entry.job, progress }
      publish(entry.job)
    })
    if (outcome.status === 'succeeded') move(entry, { ...outcome, endedAtMs: now() })
    else if (store.isDurable && entry.controller.signal.reason === shutdown) {
      const attempts = entry.job.attempts - 1
      move(entry, { status: 'queued', attempts, startedAtMs: null, progress: null })
    } else move(entry, { ...outcome, endedAtMs: now() })
  }

  const cancelEntry = (entry: Entry<Input, Result>, reason: PlatformError): void => {
    const position = waiting.indexOf(entry)
    if (position >= 0) {
      waiting.splice(position, 1)
      move(entry, { status: 'cancelled', error: failureOf(reason), endedAtMs: now() })
    } else entry.controller.abort(reason)
  }

  const recover = (job: Job<Input, Result>): void => {
    const entry = add(job)
    if (job.status === 'queued') wait(entry)
    else if (job.attempts >= settings.maxAttempts) {
      move(entry, { status: 'failed', error: interruptedFailure(job.attempts), endedAtMs: now() })
    } else {
      move(entry, { status: 'queued', startedAtMs: null, progress: null })
      if (!isEnded(entry.job)) wait(entry)
    }
  }

  /** The job again, in the place its priority gives it. */
  const join = (entry: Entry<Input, Result>, priority: number): Job<Input, Result> => {
    const position = waiting.indexOf(entry)
    if (position >= 0 && priority > entry.job.priority) {
      waiting.splice(position, 1)
      move(entry, { priority })
      if (!isEnded(entry.job)) wait(entry)
    }
    return entry.job
  }

  const enqueue = (key: string, input: Input, priority: number): Job<Input, Result> => {
    const active = activeByKey.get(key)
    if (active !== undefined) return join(active, priority)
    if (closed || waiting.length + running.size >= settings.maxQueued + settings.concurrency) {
      const detail = closed ? shutdown.message : `${waiting.length} jobs wait already.`
      throw new PlatformError('capacity.queue_full', { detail })
    }
    const job = createJob<Input, Result>(settings.createId(), key, input, priority, now())
    store.save(job)
    wait(add(job))
    publish(job)
    startWaiting()
    return job
  }

  for (const job of store.loadActive()) recover(job)
  startWaiting()

  return {
    // async: what throws inside rejects
    // eslint-disable-next-line @typescript-eslint/require-await
    enqueue: async (key, input, { priority = 0 } = {}) => enqueue(key, input, priority),
    // eslint-disable-next-line @typescript-eslint/require-await
    get: async (id) => entries.get(id)?.job ?? store.get(id),
    // eslint-disable-next-line @typescript-eslint/require-await
    list: async (options) => store.list(options).map((job) => entries.get(job.id)?.job ?? job),
    async wait(id, { timeoutMs, signal } = {}) {
      const entry = entries.get(id)
      if (entry !== undefined) {
        await untilFirst(entry.settled, timeoutMs, signal)
        return entry.job
      }
      const ended = store.get(id)
      if (ended === undefined) throw new PlatformError('job.not_found', { detail: 'There is no job with this id.' })
      return ended
    },
    cancel(id) {
      const entry = entries.get(id)
      if (entry === undefined || isEnded(entry.job)) return Promise.resolve(false)
      cancelEntry(entry, new PlatformError('request.cancelled', { detail: 'The job was cancelled.' }))
      return Promise.resolve(true)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    // By what jobs are, not by who waits for them: listeners that ask meet the state they were told.
    counts: () => {
      const active = [...entries.values()].filter(({ job }) => !isEnded(job))
      const atWork = active.filter(({ job }) => job.status === 'running').length
      return Promise.resolve({ queued: active.length - atWork, running: atWork })
    },
    async close() {
      if (closed) return
      closed = true
      for (const entry of [...activeByKey.values()]) {
        if (store.isDurable && waiting.includes(entry)) continue
        cancelEntry(entry, shutdown)
      }
      await Promise.all(running)
      for (const entry of entries.values()) entry.settle()
      store.close()
    },
  }
}

function createJob<Input, Result>(id: string, key: string, input: Input, priority: number, nowMs: number) {
  const empty = { progress: null, result: null, error: null, startedAtMs: null, endedAtMs: null }
  const job: Job<Input, Result> = {
    id,
    key,
    status: 'queued',
    priority,
    attempts: 0,
    input,
    createdAtMs: nowMs,
    ...empty,
  }
  return job
}

function createEntry<Input, Result>(job: Job<Input, Result>): Entry<Input, Result> {
  let settle = (): void => undefined
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  return { job, controller: new AbortController(), settled, settle }
}
