import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TEMPLATE_MANIFEST_NAME, type EngineChoiceV2, type EngineNameV2 } from '@sextant/contracts'
import { byteLengthOf } from '@sextant/geometry'
import { frameKeyOf, type FrameBytes } from '@sextant/image'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import { engineStatusOf, networkInUse } from '@sextant/models'
import {
  createArtifactCache,
  createWorkerPool,
  workerEntry,
  type ArtifactCache,
  type StatusSource,
} from '@sextant/service-kit'
import type { TemplateDescriptors } from '@sextant/segmentation'
import type { Config } from './config.ts'
import { createNetworkEngine, type NetworkEngine } from './network-engine.ts'
import type { DetectTaskResult, SegmentationTask, SegmentationTaskResult } from './segmentation-task.ts'

/** Where the object may be, and which engine says so. */
export interface DetectResult extends DetectTaskResult {
  readonly engine: EngineNameV2
}

/** What the routes use. */
export interface Dependencies extends Pick<StatusSource, 'pool' | 'engine' | 'featureOrigins'> {
  readonly caches: { readonly templates: ArtifactCache<TemplateDescriptors> }
  readonly library: ObjectLibrary
  /** @throws {PlatformError} engine.unavailable, bundle.incomplete, mesh.*, and whatever the worker refuses with */
  detect(input: {
    readonly bytes: FrameBytes
    readonly templateDirectory: string
    /** rendered when the folder holds no template set of ours */
    readonly cadPath: string
    readonly limit: number
    /** the configured one when absent */
    readonly engine?: EngineChoiceV2 | undefined
  }): Promise<DetectResult>
  /** null: the geometric engine alone */
  readonly network: NetworkEngine | null
  /** Describes an object ahead of the first request. @throws as detect */
  preload(object: { readonly templateDirectory: string; readonly cadPath: string }): Promise<void>
  close(): Promise<void>
}

export function compose(config: Config): Dependencies {
  const pool = createWorkerPool<SegmentationTask, SegmentationTaskResult>({
    entry: workerEntry(import.meta.url, 'segmentation'),
    threads: config.workers,
    maxQueue: config.queueMax,
  })
  const templates = createArtifactCache<TemplateDescriptors>(config.templateCache, byteLengthOf)
  const library = openLibrary(config.staticDir)
  const describe = async (object: { templateDirectory: string; cadPath: string }): Promise<TemplateDescriptors> => {
    const setKey = await templateKeyOf(object.templateDirectory)
    const from = setKey === null ? { cadPath: object.cadPath } : { templateDirectory: object.templateDirectory }
    const key = setKey ?? `cad:${await library.digestOf(object.cadPath)}`
    return templates.get(key, async () => (await pool.run({ kind: 'describe', from })) as TemplateDescriptors)
  }
  const network = config.engine === 'geometric' ? null : createNetworkEngine(config)
  return {
    library,
    pool,
    caches: { templates },
    network,
    engine: () => engineStatusOf(config.engine, network),
    featureOrigins: network?.featureOrigins,
    async detect({ bytes, limit, engine, ...paths }) {
      const networks = networkInUse(engine ?? config.engine, network, 'ISM_ENGINE')
      if (networks !== null) {
        const cadSha256 = await library.digestOf(paths.cadPath)
        const result = await networks.detect({ bytes, frameKey: frameKeyOf(bytes), limit, cadSha256, ...paths })
        return { ...result, engine: 'sam6d' }
      }
      const started = performance.now()
      const object = await describe(paths)
      const loadMs = performance.now() - started
      const task = { kind: 'detect', bytes, frameKey: frameKeyOf(bytes), object, limit } as const
      const { detections, timings } = (await pool.run(task)) as DetectTaskResult
      return { detections, engine: 'geometric', timings: { 'load templates': loadMs, ...timings } }
    },
    async preload(object) {
      await describe(object)
    },
    async close() {
      await Promise.all([pool.close(), network?.close()])
    },
  }
}

/** Path, size and time of the manifest: a set that is replaced has another key. null: no set of ours. */
async function templateKeyOf(directory: string): Promise<string | null> {
  try {
    const { mtimeMs, size } = await stat(join(directory, TEMPLATE_MANIFEST_NAME))
    return `${directory}:${mtimeMs}:${size}`
  } catch {
    return null
  }
}
