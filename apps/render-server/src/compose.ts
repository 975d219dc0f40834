import { confinePath, createStaticRoot } from '@sextant/library'
import { createMemoryJobQueue, type JobQueue } from '@sextant/jobs'
import { createWorkerPool, workerEntry, type WorkerPool } from '@sextant/service-kit'
import type { Config } from './config.ts'
import type { ResolvePath } from './mapping/render-request.ts'
import type { RenderOutcome, RenderTask } from './render-template-set.ts'
import { runRenderJob, type RenderJobInput } from './run-render-job.ts'
import { CREATED_BY } from './version.ts'

export type RenderQueue = JobQueue<RenderJobInput, RenderOutcome>

/** What the routes use. */
export interface Deps {
  readonly jobs: RenderQueue
  readonly resolvePath: ResolvePath
  /** Unix time, ms */
  readonly now: () => number
  close(): Promise<void>
}

export type RenderPool = WorkerPool<RenderTask, RenderOutcome>

/** A thread renders while the codecs encode on others; a second set at a time would only wait for the same cores. */
const RENDER_THREADS = 1

export function createRenderPool(): RenderPool {
  return createWorkerPool<RenderTask, RenderOutcome>({
    entry: workerEntry(import.meta.url, 'render'),
    threads: RENDER_THREADS,
    maxQueue: RENDER_THREADS,
  })
}

/** Builds the queue in front of the pool, and the static folder when it is missing. */
export async function composeDeps(config: Config, pool: RenderPool = createRenderPool()): Promise<Deps> {
  await createStaticRoot(config.staticDir)
  const now = (): number => Date.now()
  const jobs = createMemoryJobQueue<RenderJobInput, RenderOutcome>(
    (input, context) => runRenderJob(pool, input, context, CREATED_BY),
    {
      concurrency: RENDER_THREADS,
      maxQueued: config.maxQueuedJobs,
      timeLimitMs: config.jobTimeLimitMs,
      now,
    },
  )
  return {
    jobs,
    resolvePath: (path) => confinePath(config.staticDir, path),
    now,
    async close() {
      await jobs.close()
      await pool.close()
    },
  }
}
