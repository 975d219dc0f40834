import { isEnded, type Job, type ListOptions } from './job-queue.ts'

/** Where a scheduled queue keeps its jobs. One queue owns a store. */
export interface JobStore<Input, Result> {
  /** whether jobs outlive the process */
  readonly isDurable: boolean
  /** Jobs that have not ended, in the order they came. */
  loadActive(): Job<Input, Result>[]
  /** Adds the job or replaces it; kept, when durable, once this returns. Forgets the oldest ended jobs. */
  save(job: Job<Input, Result>): void
  get(id: string): Job<Input, Result> | undefined
  /** The latest first. */
  list(options: ListOptions): Job<Input, Result>[]
  close(): void
}

export function createMemoryJobStore<Input, Result>(maxRemembered: number): JobStore<Input, Result> {
  const jobs = new Map<string, Job<Input, Result>>()
  const endedIds: string[] = []
  return {
    isDurable: false,
    loadActive: () => [],
    save(job) {
      jobs.set(job.id, job)
      if (!isEnded(job)) return
      endedIds.push(job.id)
      for (const id of endedIds.splice(0, Math.max(0, endedIds.length - maxRemembered))) jobs.delete(id)
    },
    get: (id) => jobs.get(id),
    list({ statuses, limit }) {
      const found = [...jobs.values()].filter((job) => statuses?.includes(job.status) ?? true)
      return found.reverse().slice(0, limit)
    },
    close: () => undefined,
  }
}
