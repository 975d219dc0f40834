import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { FrameBytes } from '@sextant/image'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { Config } from './config.ts'
import type { PoseTask, PoseTaskResult } from './pose-task.ts'

/** What the routes use. */
export interface Dependencies {
  readonly library: ObjectLibrary
  estimate(task: Pick<PoseTask, 'bytes' | 'cadPath' | 'detections' | 'options'>): Promise<PoseTaskResult>
  close(): Promise<void>
}

export function compose(config: Config): Dependencies {
  const library = openLibrary(config.staticDir)
  const settings = {
    modelCacheSize: config.modelCacheSize,
    modelCacheDirectory: join(config.staticDir, 'cache', 'models'),
    searchThreads: config.searchThreads,
    searchEntry: workerEntry(import.meta.url, 'search').href,
  }
  const pool = createWorkerPool<PoseTask, PoseTaskResult>({
    entry: workerEntry(import.meta.url, 'pose'),
    threads: config.workers,
    maxQueue: config.queueMax,
  })
  return {
    library,
    async estimate(task) {
      const cadSha256 = await library.digestOf(task.cadPath)
      const frameKey = frameKeyOf(task.bytes)
      return pool.run({ ...task, cadSha256, frameKey, ...settings })
    },
    close: () => pool.close(),
  }
}

function frameKeyOf({ color, depth, camera, millimetersPerCount }: FrameBytes): string {
  return createHash('sha1')
    .update(color)
    .update(depth)
    .update(JSON.stringify([camera, millimetersPerCount]))
    .digest('hex')
}
