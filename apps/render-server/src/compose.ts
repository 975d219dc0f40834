import { blenderVersion } from '@sextant/blender'
import type { JobQueue, JobRunner } from '@sextant/jobs'
import { confinePath, createStaticRoot, openLibrary } from '@sextant/library'
import { createWorkerPool, workerEntry, type WorkerPool } from '@sextant/service-kit'
import { availableParallelism } from 'node:os'
import type { Config } from './config.ts'
import type { ResolvePath } from './mapping/render-request.ts'
import { openJobQueue } from './open-job-queue.ts'
import type { RenderOutcome, RenderTask } from './render-template-set.ts'
import { runRenderJob, type RenderJobInput } from './run-render-job.ts'
import { CREATED_BY } from './version.ts'

export type RenderQueue = JobQueue<RenderJobInput, RenderOutcome>

/** What the routes use. */
export interface Deps {
  readonly jobs: RenderQueue
  readonly resolvePath: ResolvePath
  /** sha-256 of a CAD file */
  readonly digestOf: (cadPath: string) => Promise<string>
  /** what the default engine needs was found at the start */
  readonly isEngineReady: boolean
  /** Unix time, ms */
  readonly now: () => number
  /** Lets jobs run; until then those that a former process left wait, so that their listeners can be there first. */
  beginWork(): void
  close(): Promise<void>
}

export type RenderPool = WorkerPool<RenderTask, RenderOutcome>

/** Ended jobs that can still be asked for. */
const REMEMBERED_JOBS = 1024

/** One thread renders one set, while its codecs encode and the disk writes on others. */
export function createRenderPool({ workers }: Pick<Config, 'workers'>): RenderPool {
  return createWorkerPool<RenderTask, RenderOutcome>({
    entry: workerEntry(import.meta.url, 'render'),
    threads: workers,
    maxQueue: workers,
  })
}

/** Builds the queue in front of the pool, and the static folder when it is missing. */
export async function composeDeps(config: Config, pool: RenderPool = createRenderPool(config)): Promise<Deps> {
  await createStaticRoot(config.staticDir)
  const library = openLibrary(config.staticDir)
  let beginWork = (): void => undefined
  const mayWork = new Promise<void>((resolve) => {
    beginWork = resolve
  })
  const run: JobRunner<RenderJobInput, RenderOutcome> = async (input, context) => {
    await mayWork
    return runRenderJob(pool, input, context, { blender, createdBy: CREATED_BY })
  }
  const blender = {
    executable: config.blender,
    threads: Math.max(1, Math.floor(availableParallelism() / config.workers)),
  }
  const now = (): number => Date.now()
  const jobs = await openJobQueue(config, run, {
    concurrency: config.workers,
    maxQueued: config.maxQueuedJobs,
    maxRemembered: REMEMBERED_JOBS,
    timeLimitMs: config.jobTimeLimitMs,
    now,
  })
  return {
    jobs,
    resolvePath: (path) => confinePath(config.staticDir, path),
    isEngineReady: config.engine !== 'blender' || (await blenderVersion(config.blender).catch(() => null)) !== null,
    digestOf: (cadPath) => library.digestOf(cadPath),
    now,
    beginWork,
    async close() {
      beginWork()
      await jobs.close()
      await pool.close()
    },
  }
}
