import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  createTrace,
  type Detection,
  type ObjectOutcome,
  type PoseEstimate,
  type PoseOptionsV2,
  type StageTimings,
} from '@sextant/contracts'
import { decodeFrame, type FrameBytes } from '@sextant/image'
import { assertPlausibleSize, diameterOf, parseMesh } from '@sextant/mesh'
import { estimateObject, prepareModel, prepareScene, type PreparedModel, type PreparedScene } from '@sextant/pose'
import { LruCache } from './lru-cache.ts'

/** One message to the pose worker: flat records of buffers and numbers. */
export interface PoseTask {
  readonly bytes: FrameBytes
  /** digest of colour, depth, camera and scale */
  readonly frameKey: string
  readonly cadPath: string
  readonly cadSha256: string
  readonly detections: readonly Detection[] | null
  readonly options: PoseOptionsV2
  readonly modelCacheSize: number
}

/** The answer, with transforms as plain numbers. */
export interface PoseTaskResult {
  readonly outcome: ObjectOutcome
  readonly timings: StageTimings
  /** for drawing */
  readonly diameter: number
  readonly center: readonly number[]
}

const FRAMES_KEPT = 2
const models = new LruCache<string, PreparedModel>(20)
const scenes = new LruCache<string, PreparedScene>(FRAMES_KEPT)

/**
 * Decodes, prepares and estimates; prepared models and the last frames are kept in the worker.
 * @throws {PlatformError} image.*, depth.*, mesh.*
 */
export async function runPoseTask(task: PoseTask): Promise<PoseTaskResult> {
  const started = performance.now()
  const trace = createTrace(() => performance.now())
  const frame = scenes.get(task.frameKey)?.frame ?? (await decodeFrame(task.bytes))
  trace.timings.decode = performance.now() - started
  const scene = scenes.get(task.frameKey) ?? trace.span('scene', () => prepareScene(frame))
  scenes.set(task.frameKey, scene)

  models.resize(task.modelCacheSize)
  let model = models.get(task.cadSha256)
  if (model === undefined) {
    const bytes = await readFile(task.cadPath)
    model = trace.span('model', () => {
      const { mesh } = parseMesh(bytes, basename(task.cadPath))
      assertPlausibleSize(diameterOf(mesh), basename(task.cadPath))
      return prepareModel(mesh)
    })
    models.set(task.cadSha256, model)
  }
  const { timeBudgetMs } = task.options
  // Decoding and preparation count; what is left is for the search.
  const leftMs = timeBudgetMs === null ? null : Math.max(1, timeBudgetMs - (performance.now() - started))
  const outcome = estimateObject(
    scene,
    model,
    task.detections,
    { ...task.options, timeBudgetMs: leftMs },
    { trace, now: () => performance.now() },
  )
  return {
    outcome: {
      ...outcome,
      poses: outcome.poses.map(plainPose),
      bestRejected: outcome.bestRejected === null ? null : plainPose(outcome.bestRejected),
    },
    timings: trace.timings,
    diameter: model.diameter,
    center: [...model.center],
  }
}

/** A fresh buffer: what crosses the thread boundary is never a view into the engine's memory. */
function plainPose(pose: PoseEstimate): PoseEstimate {
  return { ...pose, cameraFromObject: pose.cameraFromObject.slice() as PoseEstimate['cameraFromObject'] }
}
