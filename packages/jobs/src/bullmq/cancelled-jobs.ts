import type { Redis } from 'ioredis'
import type { Job } from '../job-queue.ts'

/** Jobs cancelled while they waited: BullMQ can only remove them, so what is known of them is kept beside it. */
export interface CancelledJobs<Input, Result> {
  save(job: Job<Input, Result>): Promise<void>
  remove(id: string): Promise<void>
  get(id: string): Promise<Job<Input, Result> | undefined>
  all(): Promise<Job<Input, Result>[]>
}

/** @param key  of a Redis hash: id to job */
export function createCancelledJobs<Input, Result>(
  redis: Redis,
  key: string,
  maxRemembered: number,
): CancelledJobs<Input, Result> {
  const parse = (text: string) => JSON.parse(text) as Job<Input, Result>
  const all = async () => (await redis.hvals(key)).map(parse)
  return {
    async save(job) {
      await redis.hset(key, job.id, JSON.stringify(job))
      if ((await redis.hlen(key)) <= maxRemembered) return
      const latestFirst = (await all()).sort((a, b) => (b.endedAtMs ?? 0) - (a.endedAtMs ?? 0))
      const oldest = latestFirst.slice(maxRemembered).map((old) => old.id)
      if (oldest.length > 0) await redis.hdel(key, ...oldest)
    },
    async remove(id) {
      await redis.hdel(key, id)
    },
    async get(id) {
      const text = await redis.hget(key, id)
      return text === null ? undefined : parse(text)
    },
    all,
  }
}
