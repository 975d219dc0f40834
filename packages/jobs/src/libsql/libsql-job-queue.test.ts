import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeJobQueue } from '../job-queue-suite.ts'
import type { JobContext, JobQueue } from '../job-queue.ts'
import { createProcesses } from '../testing/processes.ts'
import { createLibsqlJobQueue } from './libsql-job-queue.ts'

let folder: string
let fileCount = 0
const newPath = (): string => join(folder, 'made', `${++fileCount}.sqlite`)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-jobs-'))
})
afterAll(() => rm(folder, { recursive: true }))

describeJobQueue('createLibsqlJobQueue', {
  keepsJobs: true,
  create: (run, limits) => createLibsqlJobQueue(run, { path: newPath(), ...limits }),
})

describe('createLibsqlJobQueue', () => {
  const open: JobQueue<string, string>[] = []
  const processes = createProcesses()
  afterEach(async () => {
    processes.killAll()
    await Promise.all(open.splice(0).map((queue) => queue.close()))
  })

  /** Opens the file here; the runner records what it is asked to do. */
  const reopen = async (path: string, options: { maxAttempts?: number; maxRemembered?: number } = {}) => {
    const runs: { input: string; attempt: number }[] = []
    const run = (input: string, { attempt }: JobContext): Promise<string> => {
      runs.push({ input, attempt })
      return Promise.resolve(input.toUpperCase())
    }
    const queue = await createLibsqlJobQueue(run, { path, ...options })
    open.push(queue)
    return { queue, runs }
  }

  it('goes on after kill -9: what ran is run again, what waited runs once, what ended stays', async () => {
    const path = newPath()
    const before = await processes.runAndKill([path, 'done', 'stuck', 'next', 'last'], ['stuck', 'ready'])
    expect(before.filter((line) => line !== 'ready')).toEqual(['done', 'stuck'])
    const { queue, runs } = await reopen(path)
    const jobs = (await queue.list({ limit: 9 })).reverse()
    expect(jobs.map((job) => job.input)).toEqual(['done', 'stuck', 'next', 'last'])
    const ended = await Promise.all(jobs.map((job) => queue.wait(job.id)))
    expect(ended.map(({ status, result, attempts }) => [status, result, attempts])).toEqual([
      ['succeeded', 'done', 1],
      ['succeeded', 'STUCK', 2],
      ['succeeded', 'NEXT', 1],
      ['succeeded', 'LAST', 1],
    ])
    expect(runs).toEqual([
      { input: 'stuck', attempt: 2 },
      { input: 'next', attempt: 1 },
      { input: 'last', attempt: 1 },
    ])
    expect(await queue.counts()).toEqual({ queued: 0, running: 0 })
  })

  it('joins a job that a former process left', async () => {
    const path = newPath()
    await processes.runAndKill([path, 'stuck', 'next'], ['stuck', 'ready'])
    const { queue } = await reopen(path)
    const [next] = await queue.list({ limit: 1 })
    expect((await queue.enqueue('next', 'next')).id).toBe(next?.id)
    expect((await queue.wait(next?.id ?? '')).result).toBe('NEXT')
  })

  it('gives up a job that kills its process again and again', async () => {
    const path = newPath()
    await processes.runAndKill([path, 'stuck'], ['stuck', 'ready'])
    await processes.runAndKill([path], ['stuck'])
    const { queue, runs } = await reopen(path, { maxAttempts: 2 })
    const [job] = await queue.list({ limit: 1 })
    expect(job).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'job.interrupted' } })
    expect(runs).toEqual([])
  })

  it('is refused to a second process, and free once the first is killed', async () => {
    const path = newPath()
    const child = await processes.start([path], ['ready'])
    const second = createLibsqlJobQueue(() => Promise.resolve(''), { path, patienceMs: 0 })
    await expect(second).rejects.toThrow('in use by another process')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    expect(await (await reopen(path)).queue.list({ limit: 1 })).toEqual([])
  })

  it('hands what it did not finish to the next owner; stopping is no attempt', async () => {
    const path = newPath()
    const first = await createLibsqlJobQueue<string, string>(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')))
        }),
      { path },
    )
    const running = await first.enqueue('a', 'a')
    const waiting = await first.enqueue('b', 'b', { priority: 3 })
    await first.close()
    const { queue, runs } = await reopen(path)
    expect(await queue.wait(running.id)).toMatchObject({ status: 'succeeded', attempts: 1, result: 'A' })
    expect(await queue.wait(waiting.id)).toMatchObject({ status: 'succeeded', priority: 3 })
    expect(runs.map((run) => run.input)).toEqual(['b', 'a'])
  })

  it('forgets the oldest ended jobs, here and after reopening', async () => {
    const path = newPath()
    const { queue } = await reopen(path, { maxRemembered: 2 })
    for (const input of ['a', 'b', 'c']) await queue.wait((await queue.enqueue(input, input)).id)
    const inputs = async (of: JobQueue<string, string>) => (await of.list({ limit: 9 })).map((job) => job.input)
    expect(await inputs(queue)).toEqual(['c', 'b'])
    await queue.close()
    expect(await inputs((await reopen(path)).queue)).toEqual(['c', 'b'])
  })

  it('refuses a file that is something else', async () => {
    const path = join(folder, 'notes.sqlite')
    await writeFile(path, 'These are notes, not a database, and nobody wants to lose them.'.repeat(100))
    await expect(reopen(path)).rejects.toThrow('cannot be opened')
  })
})
