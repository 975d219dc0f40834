import { freePort } from '@sextant/testkit'
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { describeJobQueue } from '../job-queue-suite.ts'
import type { Job, JobContext, JobQueue } from '../job-queue.ts'
import { createProcesses } from '../testing/processes.ts'
import { openTestRedis } from '../testing/redis-for-tests.ts'
import { createBullmqJobQueue, type BullmqJobQueueOptions } from './bullmq-job-queue.ts'

const redis = await openTestRedis(process.env['REDIS_URL'], freePort)
if (redis.url === null) it.skip(`BullMQ: ${redis.reason}`, () => undefined)
else testBullmq(redis.url, redis.close)

function testBullmq(redisUrl: string, closeRedis: () => Promise<void>): void {
  afterAll(closeRedis)
  const newName = (): string => `test-${randomUUID()}`

  describeJobQueue('createBullmqJobQueue', {
    keepsJobs: true,
    create: (run, limits) => createBullmqJobQueue(run, { redisUrl, queueName: newName(), ...limits }),
  })

  describe('createBullmqJobQueue', () => {
    const processes = createProcesses()
    const open: JobQueue<string, string>[] = []
    afterEach(async () => {
      processes.killAll()
      await Promise.all(open.splice(0).map((queue) => queue.close()))
    })

    /** Opens the queue here; the runner records what it is asked to do. */
    const reopen = async (queueName: string, options: Partial<BullmqJobQueueOptions> = {}) => {
      const runs: { input: string; attempt: number }[] = []
      const run = (input: string, { attempt }: JobContext): Promise<string> => {
        runs.push({ input, attempt })
        return Promise.resolve(input.toUpperCase())
      }
      // A short lock: a killed process is noticed soon.
      const queue = await createBullmqJobQueue(run, { redisUrl, queueName, lockDurationMs: 500, ...options })
      open.push(queue)
      return { queue, runs }
    }

    it('goes on after kill -9: what ran is run again, what waited runs once, what ended stays', async () => {
      const name = newName()
      await processes.runAndKill([redisUrl, name, 'done', 'stuck', 'next', 'last'], ['stuck', 'ready'])
      const { queue, runs } = await reopen(name)
      const jobs = (await queue.list({ limit: 9 })).sort((a, b) => a.createdAtMs - b.createdAtMs)
      const ended = await Promise.all(jobs.map((job) => queue.wait(job.id)))
      const facts = ended.map(({ input, status, result, attempts }) => [input, status, result, attempts])
      expect(facts.sort()).toEqual([
        ['done', 'succeeded', 'done', 1],
        ['last', 'succeeded', 'LAST', 1],
        ['next', 'succeeded', 'NEXT', 1],
        ['stuck', 'succeeded', 'STUCK', 2],
      ])
      expect(runs.sort((a, b) => (a.input < b.input ? -1 : 1))).toEqual([
        { input: 'last', attempt: 1 },
        { input: 'next', attempt: 1 },
        { input: 'stuck', attempt: 2 },
      ])
    })

    it('gives up a job that kills its process again and again', async () => {
      const name = newName()
      await processes.runAndKill([redisUrl, name, 'stuck'], ['stuck', 'ready'])
      await processes.runAndKill([redisUrl, name], ['stuck'])
      const { queue, runs } = await reopen(name, { maxAttempts: 2 })
      const [job] = await queue.list({ limit: 1 })
      const ended = await queue.wait(job?.id ?? '')
      expect(ended).toMatchObject({ status: 'failed', attempts: 2, error: { code: 'job.interrupted' } })
      expect(runs).toEqual([])
      // its key is free again
      expect((await queue.enqueue('stuck', 'again')).id).not.toBe(job?.id)
    })

    it('shares jobs between processes: joins, follows and cancels those of another', async () => {
      const name = newName()
      const child = await processes.start([redisUrl, name, 'stuck'], ['stuck', 'ready'])
      const { queue } = await reopen(name)
      const seen: Job<string, string>[] = []
      queue.subscribe((job) => seen.push(job))
      const job = await queue.enqueue('stuck', 'stuck')
      expect(job).toMatchObject({ status: 'running', attempts: 1 })
      expect(await queue.cancel(job.id)).toBe(true)
      expect(await queue.wait(job.id)).toMatchObject({ status: 'cancelled', error: { code: 'request.cancelled' } })
      expect(seen.map((step) => step.status)).toEqual(['cancelled'])
      child.kill('SIGKILL')
    })

    it('forgets the oldest ended jobs', async () => {
      const { queue } = await reopen(newName(), { maxRemembered: 2 })
      for (const input of ['a', 'b', 'c']) await queue.wait((await queue.enqueue(input, input)).id)
      expect((await queue.list({ limit: 9 })).map((job) => job.input)).toEqual(['c', 'b'])
    })

    it('says that Redis cannot be reached', async () => {
      const closed = createBullmqJobQueue(() => Promise.resolve(''), {
        redisUrl: 'redis://127.0.0.1:1',
        queueName: 'x',
      })
      await expect(closed).rejects.toThrow('Redis cannot be reached at 127.0.0.1:1.')
    })
  })
}
