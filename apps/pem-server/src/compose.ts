import { join } from 'node:path'
import { byteLengthOf } from '@sextant/geometry'
import { frameKeyOf } from '@sextant/image'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import type { PreparedModel } from '@sextant/pose'
import {
  createArtifactCache,
  createWorkerPool,
  workerEntry,
  type ArtifactCache,
  type StatusSource,
} from '@sextant/service-kit'
import type { Config } from './config.ts'
import type { EstimateTask, PoseTask, PoseTaskResult } from './pose-task.ts'

/** What the routes use. */
export interface Dependencies extends Pick<StatusSource, 'pool' | 'engine'> {
  readonly caches: { readonly cad: ArtifactCache<PreparedModel> }
  readonly library: ObjectLibrary
  estimate(
    task: Pick<EstimateTask, 'bytes' | 'detections' | 'options'> & { readonly cadPath: string },
  ): Promise<PoseTaskResult>
  /** Prepares a CAD ahead of the first request. @throws {PlatformError} mesh.* */
  preload(cadPath: string): Promise<void>
  close(): Promise<void>
}

export function compose(config: Config): Dependencies {
  const library = openLibrary(config.staticDir)
  const settings = {
    searchThreads: config.searchThreads,
    searchEntry: workerEntry(import.meta.url, 'search').href,
  }
  const modelCacheDirectory = join(config.staticDir, 'cache', 'models')
  const pool = createWorkerPool<PoseTask, PreparedModel | PoseTaskResult>({
    entry: workerEntry(import.meta.url, 'pose'),
    threads: config.workers,
    maxQueue: config.queueMax,
  })
  const cad = createArtifactCache<PreparedModel>(config.cadCache, byteLengthOf)
  const prepare = (cadPath: string, cadSha256: string): Promise<PreparedModel> =>
    cad.get(
      cadSha256,
      async () => (await pool.run({ kind: 'prepare', cadPath, cadSha256, modelCacheDirectory })) as PreparedModel,
    )
  return {
    library,
    pool,
    caches: { cad },
    engine: () => ({ engine: 'geometric', device: 'cpu', modelLoaded: true, gpuMemory: null }),
    async estimate({ cadPath, ...task }) {
      const started = performance.now()
      const cadSha256 = await library.digestOf(cadPath)
      const model = await prepare(cadPath, cadSha256)
      const modelMs = performance.now() - started
      const frameKey = frameKeyOf(task.bytes)
      const result = (await pool.run({
        kind: 'estimate',
        ...task,
        cadSha256,
        model,
        frameKey,
        ...settings,
      })) as PoseTaskResult
      return { ...result, timings: { model: modelMs, ...result.timings } }
    },
    async preload(cadPath) {
      await prepare(cadPath, await library.digestOf(cadPath))
    },
    close: () => pool.close(),
  }
}
