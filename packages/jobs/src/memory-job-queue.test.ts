import { describe, expect, it } from 'vitest'
import { describeJobQueue } from './job-queue-suite.ts'
import { createMemoryJobQueue } from './memory-job-queue.ts'

describeJobQueue('createMemoryJobQueue', {
  keepsJobs: false,
  create: (run, limits) => createMemoryJobQueue(run, { concurrency: 1, ...limits }),
})

describe('createMemoryJobQueue', () => {
  it('runs as many jobs at a time as it is told', async () => {
    let active = 0
    let most = 0
    const queue = createMemoryJobQueue<number, number>(
      async (input) => {
        most = Math.max(most, ++active)
        await new Promise((resolve) => setTimeout(resolve, 2))
        active--
        return input
      },
      { concurrency: 3 },
    )
    const jobs = await Promise.all(Array.from({ length: 9 }, (_, k) => queue.enqueue(String(k), k)))
    await Promise.all(jobs.map((job) => queue.wait(job.id)))
    expect(most).toBe(3)
  })

  it('forgets the oldest ended jobs', async () => {
    const queue = createMemoryJobQueue<string, string>((input) => Promise.resolve(input), { maxRemembered: 2 })
    const ids: string[] = []
    for (const input of ['A', 'B', 'C']) {
      const { id } = await queue.enqueue(input, input)
      ids.push(id)
      await queue.wait(id)
    }
    expect(await Promise.all(ids.map(async (id) => (await queue.get(id))?.result))).toEqual([undefined, 'B', 'C'])
  })

  it('tells listeners of a job and counts it alike', async () => {
    const queue = createMemoryJobQueue<string, string>((input) => Promise.resolve(input), {})
    const told: Promise<[string, number]>[] = []
    queue.subscribe(({ status }) => {
      told.push(queue.counts().then(({ running }) => [status, running]))
    })
    await queue.wait((await queue.enqueue('a', 'A')).id)
    expect(await Promise.all(told)).toEqual([
      ['queued', 0],
      ['running', 1],
      ['succeeded', 0],
    ])
  })

  it('takes time and ids from its options', async () => {
    let time = 100
    const queue = createMemoryJobQueue<string, string>((input) => Promise.resolve(input), {
      now: () => time++,
      createId: () => 'job-1',
    })
    const { id } = await queue.enqueue('a', 'A')
    expect(id).toBe('job-1')
    expect(await queue.wait(id)).toMatchObject({ createdAtMs: 100, startedAtMs: 101, endedAtMs: 102 })
  })
})
