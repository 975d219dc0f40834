import { PlatformError } from '@sextant/contracts'
import { afterEach, describe, expect, it } from 'vitest'
import { isEnded, type Job, type JobContext, type JobQueue, type JobRunner } from './job-queue.ts'

/** What the suite asks a driver for. */
export interface JobQueueDriver {
  /** what has not ended when the queue closes waits for the next process */
  readonly keepsJobs: boolean
  /** one job at a time, `maxQueued` may wait */
  create(
    run: JobRunner<string, string>,
    limits: { maxQueued: number; timeLimitMs: number | null },
  ): JobQueue<string, string> | Promise<JobQueue<string, string>>
}

/** A runner whose jobs end when the test says so, by input. */
function createManualRunner() {
  const started: string[] = []
  const finish = new Map<string, (result: string | Error) => void>()
  const run: JobRunner<string, string> = (input, { signal, report }) =>
    new Promise((resolve, reject) => {
      started.push(input)
      report({ done: 1, total: 2 })
      finish.set(input, (result) => {
        if (typeof result === 'string') resolve(result)
        else reject(result)
      })
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'))
      })
    })
  return { run, started, finish: (input: string, result: string | Error) => finish.get(input)?.(result) }
}

/** The contract of every JobQueue driver. */
export function describeJobQueue(name: string, driver: JobQueueDriver): void {
  describe(`${name} as a JobQueue`, () => {
    const open: JobQueue<string, string>[] = []
    const setUp = async (maxQueued = 10, timeLimitMs: number | null = null) => {
      const runner = createManualRunner()
      const queue = await driver.create(runner.run, { maxQueued, timeLimitMs })
      open.push(queue)
      const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
        while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 1))
      }
      return { ...runner, queue, until }
    }
    afterEach(async () => {
      await Promise.all(open.splice(0).map((queue) => queue.close()))
    })

    it('runs a job and keeps its result', async () => {
      const { queue, finish, until, started } = await setUp()
      const job = await queue.enqueue('a', 'A')
      expect(job).toMatchObject({ key: 'a', input: 'A', result: null, error: null })
      expect(job).toMatchObject({ status: 'queued', priority: 0, attempts: 0, progress: null, startedAtMs: null })
      await until(() => started.includes('A'))
      await until(async () => typeof (await queue.get(job.id))?.progress?.done === 'number')
      expect(await queue.get(job.id)).toMatchObject({
        status: 'running',
        attempts: 1,
        progress: { done: 1, total: 2 },
        endedAtMs: null,
      })
      finish('A', 'done')
      const ended = await queue.wait(job.id)
      expect(ended).toMatchObject({ id: job.id, status: 'succeeded', result: 'done', error: null })
      expect(ended.endedAtMs).toBeGreaterThanOrEqual(ended.startedAtMs ?? Infinity)
      expect(await queue.get(job.id)).toEqual(ended)
    })

    it('returns the active job for its key, and a new one afterwards', async () => {
      const { queue, finish, until, started } = await setUp()
      const first = await queue.enqueue('a', 'A')
      const again = await queue.enqueue('a', 'A')
      expect(again.id).toBe(first.id)
      await until(() => started.length === 1)
      finish('A', 'one')
      await queue.wait(first.id)
      const later = await queue.enqueue('a', 'A')
      expect(later.id).not.toBe(first.id)
      await until(() => started.length === 2)
      finish('A', 'two')
      expect((await queue.wait(later.id)).result).toBe('two')
    })

    it('runs in order, one at a time', async () => {
      const { queue, finish, until, started } = await setUp()
      const jobs = await Promise.all(['A', 'B', 'C'].map((input) => queue.enqueue(input, input)))
      await until(() => started.length === 1)
      expect(await queue.counts()).toEqual({ queued: 2, running: 1 })
      for (const [index, input] of ['A', 'B', 'C'].entries()) {
        await until(() => started.length === index + 1)
        expect(started[index]).toBe(input)
        finish(input, input.toLowerCase())
      }
      const results = await Promise.all(jobs.map(async (job) => (await queue.wait(job.id)).result))
      expect(results).toEqual(['a', 'b', 'c'])
    })

    it('runs what is urgent first; joining a waiting job hands it the higher priority', async () => {
      const { queue, finish, until, started } = await setUp()
      await queue.enqueue('A', 'A')
      await until(() => started.length === 1)
      await queue.enqueue('low', 'low', { priority: -5 })
      await queue.enqueue('B', 'B')
      const high = await queue.enqueue('high', 'high', { priority: 5 })
      expect(high.priority).toBe(5)
      await queue.enqueue('C', 'C')
      const raised = await queue.enqueue('C', 'C', { priority: 7 })
      expect(raised).toMatchObject({ key: 'C', priority: 7 })
      expect(await queue.enqueue('high', 'high', { priority: -7 })).toMatchObject({ id: high.id, priority: 5 })
      const order = ['A', 'C', 'high', 'B', 'low']
      for (const [index, input] of order.entries()) {
        await until(() => started.length === index + 1)
        finish(input, input)
      }
      expect(started).toEqual(order)
    })

    it('lists the latest first, by status', async () => {
      const { queue, finish, until, started } = await setUp()
      expect(await queue.list({ limit: 5 })).toEqual([])
      const ids: string[] = []
      for (const input of ['A', 'B', 'C', 'D']) {
        ids.unshift((await queue.enqueue(input, input)).id)
        // drivers order by the millisecond
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      await until(() => started.length === 1)
      await queue.cancel(ids[0] ?? '')
      finish('A', 'a')
      await until(() => started.length === 2)
      const statuses = async (limit: number, ...only: Job<string, string>['status'][]) =>
        (await queue.list(only.length === 0 ? { limit } : { limit, statuses: only })).map((job) => job.status)
      await until(async () => (await statuses(9)).includes('succeeded'))
      expect((await queue.list({ limit: 9 })).map((job) => job.id)).toEqual(ids)
      expect(await statuses(9)).toEqual(['cancelled', 'queued', 'running', 'succeeded'])
      expect(await statuses(2)).toEqual(['cancelled', 'queued'])
      expect(await statuses(9, 'running', 'cancelled')).toEqual(['cancelled', 'running'])
      expect(await statuses(1, 'succeeded')).toEqual(['succeeded'])
    })

    it('tells the runner which job it does', async () => {
      const contexts: Omit<JobContext, 'signal' | 'report'>[] = []
      const run: JobRunner<string, string> = (input, { jobId, attempt, createdAtMs }) => {
        contexts.push({ jobId, attempt, createdAtMs })
        return Promise.resolve(input)
      }
      const queue = await driver.create(run, { maxQueued: 1, timeLimitMs: null })
      open.push(queue)
      const { id, createdAtMs } = await queue.enqueue('a', 'A')
      expect(await queue.wait(id)).toMatchObject({ status: 'succeeded', attempts: 1 })
      expect(contexts).toEqual([{ jobId: id, attempt: 1, createdAtMs }])
    })

    it('keeps code and detail of a failure, and goes on', async () => {
      const { queue, finish, until, started } = await setUp()
      const coded = await queue.enqueue('a', 'A')
      const plain = await queue.enqueue('b', 'B')
      await until(() => started.length === 1)
      finish('A', new PlatformError('mesh.degenerate', { detail: 'flat' }))
      expect(await queue.wait(coded.id)).toMatchObject({
        status: 'failed',
        result: null,
        error: { code: 'mesh.degenerate', detail: 'flat' },
      })
      await until(() => started.length === 2)
      finish('B', new Error('broken'))
      const ended = await queue.wait(plain.id)
      expect(ended).toMatchObject({ status: 'failed', error: { code: 'internal.unexpected', detail: 'broken' } })
    })

    it('refuses more than may wait', async () => {
      const { queue } = await setUp(1)
      await queue.enqueue('a', 'A')
      await queue.enqueue('b', 'B')
      await expect(queue.enqueue('c', 'C')).rejects.toMatchObject({ code: 'capacity.queue_full' })
      // but what is there is still found
      await expect(queue.enqueue('b', 'B')).resolves.toMatchObject({ key: 'b' })
    })

    it('gives up waiting without touching the job', async () => {
      const { queue, finish, until, started } = await setUp()
      const job = await queue.enqueue('a', 'A')
      await until(() => started.length === 1)
      expect((await queue.wait(job.id, { timeoutMs: 5 })).status).toBe('running')
      const controller = new AbortController()
      const waiting = queue.wait(job.id, { signal: controller.signal })
      controller.abort()
      expect((await waiting).status).toBe('running')
      finish('A', 'done')
      expect((await queue.wait(job.id, { timeoutMs: 60_000 })).status).toBe('succeeded')
    })

    it('cancels waiting and running jobs once', async () => {
      const { queue, until, started } = await setUp()
      const running = await queue.enqueue('a', 'A')
      const waiting = await queue.enqueue('b', 'B')
      await until(() => started.length === 1)
      expect(await queue.cancel(waiting.id)).toBe(true)
      expect(await queue.cancel(running.id)).toBe(true)
      for (const job of [running, waiting]) {
        expect(await queue.wait(job.id)).toMatchObject({ status: 'cancelled', error: { code: 'request.cancelled' } })
        expect(await queue.cancel(job.id)).toBe(false)
      }
      expect(started).toEqual(['A'])
      expect(await queue.cancel('unknown')).toBe(false)
    })

    it('stops a job that exceeds the time limit', async () => {
      const { queue } = await setUp(1, 10)
      const job = await queue.enqueue('a', 'A')
      expect(await queue.wait(job.id)).toMatchObject({ status: 'failed', error: { code: 'deadline.exceeded' } })
    })

    it('tells subscribers every step', async () => {
      const { queue, finish, until, started } = await setUp()
      const seen: Job<string, string>[] = []
      const stop = queue.subscribe((job) => seen.push(job))
      const job = await queue.enqueue('a', 'A')
      await until(() => started.length === 1)
      finish('A', 'done')
      await queue.wait(job.id)
      await until(() => seen.some(isEnded))
      expect(seen.map((step) => step.status)).toEqual(['queued', 'running', 'running', 'succeeded'])
      stop()
      const next = await queue.enqueue('b', 'B')
      await queue.cancel(next.id)
      await queue.wait(next.id)
      expect(seen).toHaveLength(4)
    })

    it('does not know other ids', async () => {
      const { queue } = await setUp()
      expect(await queue.get('unknown')).toBeUndefined()
      await expect(queue.wait('unknown')).rejects.toMatchObject({ code: 'job.not_found' })
    })

    it('stops everything on close and takes nothing more', async () => {
      const { queue, until, started } = await setUp()
      const jobs = [await queue.enqueue('a', 'A'), await queue.enqueue('b', 'B')]
      await until(() => started.length === 1)
      const waits = jobs.map((job) => queue.wait(job.id))
      await queue.close()
      const ends = (await Promise.all(waits)).map(({ status, attempts }) => ({ status, attempts }))
      const kept = { status: 'queued', attempts: 0 }
      expect(ends).toEqual(
        driver.keepsJobs
          ? [kept, kept]
          : [
              { status: 'cancelled', attempts: 1 },
              { status: 'cancelled', attempts: 0 },
            ],
      )
      expect(started).toEqual(['A'])
      await expect(queue.enqueue('c', 'C')).rejects.toMatchObject({ code: 'capacity.queue_full' })
    })
  })
}
