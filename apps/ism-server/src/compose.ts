import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, TEMPLATE_MANIFEST_NAME } from '@sextant/contracts'
import type { FrameBytes } from '@sextant/image'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { Config } from './config.ts'
import type { SegmentationTask, SegmentationTaskResult } from './segmentation-task.ts'

/** What the routes use. */
export interface Dependencies {
  readonly library: ObjectLibrary
  /** @throws {PlatformError} bundle.not_found and whatever the worker refuses with */
  detect(input: {
    readonly bytes: FrameBytes
    readonly templateDirectory: string
    readonly limit: number
  }): Promise<SegmentationTaskResult>
  close(): Promise<void>
}

export function compose(config: Config): Dependencies {
  const pool = createWorkerPool<SegmentationTask, SegmentationTaskResult>({
    entry: workerEntry(import.meta.url, 'segmentation'),
    threads: config.workers,
    maxQueue: config.queueMax,
  })
  return {
    library: openLibrary(config.staticDir),
    async detect({ bytes, templateDirectory, limit }) {
      const templateKey = await templateKeyOf(templateDirectory)
      const { templateCacheSize } = config
      return pool.run({ bytes, frameKey: frameKeyOf(bytes), templateDirectory, templateKey, limit, templateCacheSize })
    },
    close: () => pool.close(),
  }
}

/** Path, size and time of the manifest: a set that is replaced has another key. */
async function templateKeyOf(directory: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(join(directory, TEMPLATE_MANIFEST_NAME))
    return `${directory}:${mtimeMs}:${size}`
  } catch (cause) {
    throw new PlatformError('bundle.not_found', {
      detail: 'the folder holds no template set; render the templates of the object first',
      cause,
    })
  }
}

function frameKeyOf({ color, depth, camera, millimetersPerCount }: FrameBytes): string {
  return createHash('sha1')
    .update(color)
    .update(depth)
    .update(JSON.stringify([camera, millimetersPerCount]))
    .digest('hex')
}
