import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, TEMPLATE_MANIFEST_NAME } from '@sextant/contracts'
import { byteLengthOf } from '@sextant/geometry'
import type { FrameBytes } from '@sextant/image'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import { createArtifactCache, createWorkerPool, workerEntry, type StatusSource } from '@sextant/service-kit'
import type { TemplateDescriptors } from '@sextant/segmentation'
import type { Config } from './config.ts'
import type { DetectTaskResult, SegmentationTask, SegmentationTaskResult } from './segmentation-task.ts'

/** What the routes use. */
export interface Dependencies extends Pick<StatusSource, 'pool' | 'caches' | 'engine'> {
  readonly library: ObjectLibrary
  /** @throws {PlatformError} bundle.not_found and whatever the worker refuses with */
  detect(input: {
    readonly bytes: FrameBytes
    readonly templateDirectory: string
    readonly limit: number
  }): Promise<DetectTaskResult>
  /** Describes a template set ahead of the first request. @throws as detect */
  preload(templateDirectory: string): Promise<void>
  close(): Promise<void>
}

export function compose(config: Config): Dependencies {
  const pool = createWorkerPool<SegmentationTask, SegmentationTaskResult>({
    entry: workerEntry(import.meta.url, 'segmentation'),
    threads: config.workers,
    maxQueue: config.queueMax,
  })
  const templates = createArtifactCache<TemplateDescriptors>(config.templateCache, byteLengthOf)
  const describe = async (directory: string): Promise<TemplateDescriptors> =>
    templates.get(
      await templateKeyOf(directory),
      async () => (await pool.run({ kind: 'describe', templateDirectory: directory })) as TemplateDescriptors,
    )
  return {
    library: openLibrary(config.staticDir),
    pool,
    caches: { templates },
    engine: () => ({ engine: 'geometric', device: 'cpu', modelLoaded: true, gpuMemory: null }),
    async detect({ bytes, templateDirectory, limit }) {
      const started = performance.now()
      const object = await describe(templateDirectory)
      const loadMs = performance.now() - started
      const task = { kind: 'detect', bytes, frameKey: frameKeyOf(bytes), object, limit } as const
      const { detections, timings } = (await pool.run(task)) as DetectTaskResult
      return { detections, timings: { 'load templates': loadMs, ...timings } }
    },
    async preload(templateDirectory) {
      await describe(templateDirectory)
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
