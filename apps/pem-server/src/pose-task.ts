import {
  createTrace,
  type Detection,
  type ObjectOutcome,
  type ObjectSymmetries,
  type PoseEstimate,
  type PoseOptionsV2,
  type StageTimings,
} from '@sextant/contracts'
import { shareArrays } from '@sextant/geometry'
import { decodeFrame, type FrameBytes } from '@sextant/image'
import { LruCache, openBinaryCache, readUsableMesh } from '@sextant/library'
import {
  estimateObject,
  judgePoses,
  MODEL_VERSION,
  prepareModel,
  prepareScene,
  reportPoses,
  type ForeignPose,
  type PreparedModel,
  type PreparedScene,
} from '@sextant/pose'
import { createSearchThreads, type SearchThreads } from '@sextant/pose-threads'

/** A CAD to be prepared; the answer's arrays are in shared memory, so it is kept once for all threads. */
export interface PrepareTask {
  readonly kind: 'prepare'
  readonly cadPath: string
  /** declared of the object; null: nothing */
  readonly symmetries: ObjectSymmetries | null
  /** digest of the CAD and of what is declared of it */
  readonly modelKey: string
  /** where prepared models are kept between starts */
  readonly modelCacheDirectory: string
}

/** A frame to be searched for an object: flat records of buffers and numbers. */
export interface EstimateTask {
  readonly kind: 'estimate'
  readonly bytes: FrameBytes
  /** digest of colour, depth, camera and scale */
  readonly frameKey: string
  readonly modelKey: string
  readonly model: PreparedModel
  readonly detections: readonly Detection[] | null
  readonly options: PoseOptionsV2
  /** poses of another engine, to be judged (or, official, reported as they are); null = search */
  readonly foreign: { readonly poses: readonly ForeignPose[]; readonly isOfficial: boolean } | null
  /** threads that share a search, and the file of those beside the worker */
  readonly searchThreads: number
  readonly searchEntry: string
}

/** One message to the pose worker. */
export type PoseTask = PrepareTask | EstimateTask

/** The answer, with transforms as plain numbers. */
export interface PoseTaskResult {
  readonly outcome: ObjectOutcome
  readonly timings: StageTimings
  /** for drawing */
  readonly diameter: number
  readonly center: readonly number[]
}

const FRAMES_KEPT = 2
const MODELS_KNOWN = 4
/** Files of about 5 MB. */
const MODEL_FILES_KEPT = 200
/** The same model has the same identity in this thread, by which its helpers know it. */
const models = new LruCache<string, PreparedModel>(MODELS_KNOWN)
/** Started by the first request; they end with the worker. */
let helpers: SearchThreads | null = null
const scenes = new LruCache<string, PreparedScene>(FRAMES_KEPT)

/** @throws {PlatformError} image.*, depth.*, mesh.* */
export async function runPoseTask(task: PoseTask): Promise<PreparedModel | PoseTaskResult> {
  return task.kind === 'prepare' ? shareArrays(await loadModel(task)) : estimate(task)
}

/** Decodes, prepares the frame and estimates; the last frames are kept in the worker. */
async function estimate(task: EstimateTask): Promise<PoseTaskResult> {
  const started = performance.now()
  const trace = createTrace(() => performance.now())
  const frame = scenes.get(task.frameKey)?.frame ?? (await decodeFrame(task.bytes))
  trace.timings.decode = performance.now() - started
  const scene = scenes.get(task.frameKey) ?? trace.span('scene', () => prepareScene(frame))
  scenes.set(task.frameKey, scene)
  const model = models.get(task.modelKey) ?? task.model
  models.set(task.modelKey, model)
  const { searchThreads, searchEntry, foreign } = task
  if (foreign === null && searchThreads > 1) helpers ??= createSearchThreads(new URL(searchEntry), searchThreads)
  const { timeBudgetMs } = task.options
  // Decoding and preparation count; what is left is for the search.
  const leftMs = timeBudgetMs === null ? null : Math.max(1, timeBudgetMs - (performance.now() - started))
  const options = { ...task.options, timeBudgetMs: leftMs }
  const env = { trace, now: () => performance.now(), ...(helpers === null ? {} : { openRunner: helpers.openRunner }) }
  const outcome =
    foreign === null
      ? estimateObject(scene, model, task.detections, options, env)
      : foreign.isOfficial
        ? reportPoses(scene, model, foreign.poses, options)
        : judgePoses(scene, model, foreign.poses, options, env)
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

/** From the disk when the CAD was prepared before, else from the CAD. */
async function loadModel(task: PrepareTask): Promise<PreparedModel> {
  const { cadPath, symmetries, modelKey, modelCacheDirectory } = task
  const cache = openBinaryCache<PreparedModel>(modelCacheDirectory, { version: MODEL_VERSION, limit: MODEL_FILES_KEPT })
  const kept = await cache.read(modelKey)
  if (kept !== null) return kept
  const { mesh } = await readUsableMesh(cadPath)
  const model = prepareModel(mesh, symmetries)
  await cache.write(modelKey, model)
  return model
}

/** A fresh buffer: what crosses the thread boundary is never a view into the engine's memory. */
function plainPose(pose: PoseEstimate): PoseEstimate {
  return { ...pose, cameraFromObject: pose.cameraFromObject.slice() as PoseEstimate['cameraFromObject'] }
}
