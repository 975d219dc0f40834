import { createTrace, type Detection } from '@sextant/contracts'
import {
  geometricModelInfo,
  loadFrame,
  loadMask,
  loadModel,
  matchInstances,
  metricPointsOf,
  poseErrors,
  symmetriesOf,
  visibleMask,
  type MetricPoints,
  type ModelReference,
  type ObjectSymmetry,
  type TrueInstance,
} from '@sextant/evaluation'
import { MILLISECONDS_PER_SECOND, type Frame, type TriangleMesh } from '@sextant/geometry'
import { encodeRle, rleBox } from '@sextant/image'
import { diameterOf } from '@sextant/mesh'
import { estimateObject, POSE_DEFAULTS, prepareModel, prepareScene, type PreparedModel } from '@sextant/pose'
import type { EvaluationTask, InstanceRow, TaskResult } from './evaluation-task.ts'

/** Everything about a model that is made once per worker. */
export interface EvaluationModel {
  readonly mesh: TriangleMesh
  readonly prepared: PreparedModel
  readonly points: MetricPoints
  readonly symmetries: readonly ObjectSymmetry[]
  /** mm */
  readonly diameter: number
}

export type ModelCache = Map<string, EvaluationModel>

/** Loads and prepares a model, once per path. */
async function modelOf(cache: ModelCache, reference: ModelReference): Promise<EvaluationModel> {
  const known = cache.get(reference.path)
  if (known !== undefined) return known
  const mesh = await loadModel(reference)
  const info = reference.info ?? geometricModelInfo(mesh, diameterOf(mesh))
  const model: EvaluationModel = {
    mesh,
    prepared: prepareModel(mesh),
    points: metricPointsOf(mesh),
    symmetries: symmetriesOf(info),
    diameter: info.diameter,
  }
  cache.set(reference.path, model)
  return model
}

/**
 * Asks the engine every question of a task and measures the answers against the true poses. The best answer counts
 * whatever its probability is.
 *
 * @param now  monotonic clock, ms
 */
export async function runTask(task: EvaluationTask, cache: ModelCache, now: () => number): Promise<TaskResult> {
  const { evaluationCase } = task
  const frame = await loadFrame(evaluationCase)
  const sceneTrace = createTrace(now)
  const scene = sceneTrace.span('prepare scene', () => prepareScene(frame))
  const rows: InstanceRow[] = []
  const timings: Readonly<Record<string, number>>[] = []
  for (const group of task.groups) {
    const instances = group.flatMap((index) => evaluationCase.instances[index] ?? [])
    const [first] = instances
    if (first === undefined) continue
    const model = await modelOf(cache, first.model)
    const detections = task.condition === 'mask' ? [await maskDetection(frame, first, model)] : null
    const trace = createTrace(now)
    const started = now()
    const outcome = estimateObject(
      scene,
      model.prepared,
      detections,
      { ...POSE_DEFAULTS, maxInstances: instances.length, scoreThreshold: 0, seed: task.seed, preset: task.preset },
      { trace },
    )
    const seconds = (now() - started) / MILLISECONDS_PER_SECOND
    timings.push({ ...sceneTrace.timings, ...trace.timings })

    const errors = instances.map((instance) =>
      outcome.poses.map((pose) =>
        poseErrors(pose.cameraFromObject, instance.cameraFromObject, model.points, model.symmetries, frame.camera),
      ),
    )
    const matches = matchInstances(errors.map((row) => row.map((error) => error.mssd)))
    instances.forEach((instance, k) => {
      const match = matches[k] ?? null
      const error = match === null ? undefined : errors[k]?.[match]
      const pose = match === null ? undefined : outcome.poses[match]
      rows.push({
        caseId: evaluationCase.id,
        objectId: instance.objectId,
        instance: group[k] ?? 0,
        isSymmetric: model.symmetries.length > 1,
        diameter: model.diameter,
        mssdPerDiameter: (error?.mssd ?? Infinity) / model.diameter,
        mspd: error?.mspd ?? Infinity,
        add: error?.add ?? Infinity,
        imageWidth: frame.camera.width,
        score: pose?.score ?? null,
        verification: pose?.parts.verification ?? null,
        seconds: seconds / instances.length,
      })
    })
  }
  return { rows, timings }
}

/** The instance's visible mask as a user would give it; derived from the true pose where the data set has none. */
async function maskDetection(frame: Frame, instance: TrueInstance, model: EvaluationModel): Promise<Detection> {
  const mask =
    instance.maskPath === null
      ? visibleMask(frame, model.mesh, instance.cameraFromObject)
      : await loadMask(instance.maskPath)
  const rle = encodeRle(mask)
  return { mask: rle, box: rleBox(rle), score: 1, source: 'user' }
}
