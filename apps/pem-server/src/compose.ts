import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { EngineChoiceV2, EngineNameV2, ObjectSymmetries } from '@sextant/contracts'
import { byteLengthOf } from '@sextant/geometry'
import { frameKeyOf } from '@sextant/image'
import { openLibrary, type ObjectLibrary } from '@sextant/library'
import { engineStatusOf, networkInUse } from '@sextant/models'
import type { PreparedModel } from '@sextant/pose'
import {
  createArtifactCache,
  createWorkerPool,
  workerEntry,
  type ArtifactCache,
  type StatusSource,
} from '@sextant/service-kit'
import type { Config } from './config.ts'
import { createNetworkEngine, type NetworkEngine } from './network-engine.ts'
import type { NetworkReplay } from './network-task.ts'
import type { EstimateTask, PoseTask, PoseTaskResult } from './pose-task.ts'

export interface EstimateRequest extends Pick<EstimateTask, 'bytes' | 'detections' | 'options'> {
  readonly cadPath: string
  /** views the networks compare with */
  readonly templateDirectory: string
  /** the configured one when absent */
  readonly engine?: EngineChoiceV2 | undefined
  readonly replay?: NetworkReplay | null
}

/** The answer, and which engine proposed it. */
export interface EstimateResult extends PoseTaskResult {
  readonly engine: EngineNameV2
}

/** What the routes use. */
export interface Dependencies extends Pick<StatusSource, 'pool' | 'engine' | 'featureOrigins'> {
  readonly caches: { readonly cad: ArtifactCache<PreparedModel> }
  readonly library: ObjectLibrary
  /** null: the geometric engine alone */
  readonly network: NetworkEngine | null
  readonly allowReplay: boolean
  /** @throws {PlatformError} engine.unavailable, model.*, bundle.*, mesh.*, image.*, depth.* */
  estimate(task: EstimateRequest): Promise<EstimateResult>
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
  const prepare = async (cadPath: string): Promise<{ cadSha256: string; modelKey: string; model: PreparedModel }> => {
    const cadSha256 = await library.digestOf(cadPath)
    const { symmetries } = await library.declarationOf({ cadPath })
    const modelKey = modelKeyOf(cadSha256, symmetries)
    const task = { kind: 'prepare', cadPath, symmetries, modelKey, modelCacheDirectory } as const
    const model = await cad.get(modelKey, async () => (await pool.run(task)) as PreparedModel)
    return { cadSha256, modelKey, model }
  }
  const network = config.engine === 'geometric' ? null : createNetworkEngine(config)
  return {
    library,
    pool,
    caches: { cad },
    network,
    allowReplay: config.allowReplay,
    engine: () => engineStatusOf(config.engine, network),
    featureOrigins: network?.featureOrigins,
    async estimate({ cadPath, templateDirectory, engine, replay = null, ...task }) {
      const networks = networkInUse(engine ?? config.engine, network, 'PEM_ENGINE')
      const started = performance.now()
      const { cadSha256, modelKey, model } = await prepare(cadPath)
      const modelMs = performance.now() - started
      const frameKey = frameKeyOf(task.bytes)
      const { bytes, options } = task
      const question = { bytes, detections: task.detections ?? [], seed: options.seed, replay }
      const proposed = (await networks?.poses({ ...question, cadPath, cadSha256, templateDirectory })) ?? null
      const foreign = proposed === null ? null : { poses: proposed.poses, isOfficial: config.sam6dMode === 'parity' }
      const result = (await pool.run({
        kind: 'estimate',
        ...task,
        foreign,
        modelKey,
        model,
        frameKey,
        ...settings,
      })) as PoseTaskResult
      return {
        ...result,
        engine: networks === null ? 'geometric' : 'sam6d',
        timings: { model: modelMs, ...proposed?.timings, ...result.timings },
      }
    },
    async preload(cadPath) {
      await prepare(cadPath)
    },
    async close() {
      await Promise.all([pool.close(), network?.close()])
    },
  }
}

/** What a prepared model depends on; symmetries do not change the templates, so they are not in the CAD's digest. */
function modelKeyOf(cadSha256: string, symmetries: ObjectSymmetries | null): string {
  if (symmetries === null) return cadSha256
  return createHash('sha256')
    .update(`${cadSha256}:${JSON.stringify(symmetries)}`)
    .digest('hex')
}
