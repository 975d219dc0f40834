import { createTrace, type Detection, type ObjectOutcome } from '@sextant/contracts'
import {
  createVsdWorkspace,
  cutMask,
  dilateMask,
  erodeMask,
  geometricModelInfo,
  loadFrame,
  loadMask,
  loadModel,
  maskDistance,
  matchInstances,
  mergeMasks,
  metricPointsOf,
  poseErrors,
  mssdOf,
  symmetriesOf,
  visibleMask,
  vsdOf,
  VSD_TOLERANCES,
  type MetricPoints,
  type ModelReference,
  type ObjectSymmetry,
  type TrueInstance,
} from '@sextant/evaluation'
import {
  createRng,
  createTransform,
  MILLISECONDS_PER_SECOND,
  type Frame,
  type Mask,
  type TriangleMesh,
} from '@sextant/geometry'
import { encodeRle, rleBox } from '@sextant/image'
import { diameterOf, simplifyByClustering } from '@sextant/mesh'
import { estimateObject, POSE_DEFAULTS, prepareModel, prepareScene, type PreparedModel } from '@sextant/pose'
import type { SearchThreads } from '@sextant/pose-threads'
import type { SceneSegmentation, TemplateDescriptors } from '@sextant/segmentation'
import { createRasterMesh, type RasterMesh } from '@sextant/raster'
import { describeTemplates, detectionsOf, overlapsOf, segmentFrame } from './detect.ts'
import {
  isMaskCondition,
  type AbsentRow,
  type AnswerRow,
  type EvaluationTask,
  type InstanceRow,
  type ProposedRow,
  type TaskResult,
} from './evaluation-task.ts'

/** Everything about a model that is made once per worker. */
export interface EvaluationModel {
  readonly mesh: TriangleMesh
  /** simplified for the thousands of renderings of VSD */
  readonly raster: RasterMesh
  readonly prepared: PreparedModel
  readonly points: MetricPoints
  readonly symmetries: readonly ObjectSymmetry[]
  /** mm */
  readonly diameter: number
  /** made when segmentation is asked first */
  templates: TemplateDescriptors | null
}

export type ModelCache = Map<string, EvaluationModel>

/** An answer counts as right below this MSSD, in diameters. */
export const RIGHT_MSSD = 0.1
/** Most answers taken where the number of instances is not told. */
const MANY_INSTANCES = 30
const VSD_MESH_CELL = 0.005
const DILATION_PX = 6
const EROSION_PX = 4
const KEPT_SHARE = 0.6

const IDENTITY = [createTransform<'object', 'object'>()]

/** Loads and prepares a model, once per path. */
async function modelOf(cache: ModelCache, reference: ModelReference): Promise<EvaluationModel> {
  const known = cache.get(reference.path)
  if (known !== undefined) return known
  const mesh = await loadModel(reference)
  const info = reference.info ?? geometricModelInfo(mesh, diameterOf(mesh))
  const { positions, faces } = simplifyByClustering(mesh, VSD_MESH_CELL * info.diameter)
  const model: EvaluationModel = {
    mesh,
    raster: createRasterMesh({ positions, faces }),
    prepared: prepareModel(mesh),
    points: metricPointsOf(mesh),
    symmetries: symmetriesOf(info),
    diameter: info.diameter,
    templates: null,
  }
  cache.set(reference.path, model)
  return model
}

/**
 * Asks the engine every question of a task and measures the answers against the true poses. The best answer counts
 * whatever its probability is, except where the number of instances is not told.
 *
 * @param now      monotonic clock, ms
 * @param helpers  threads that share a search; null = one
 */
export async function runTask(
  task: EvaluationTask,
  cache: ModelCache,
  now: () => number,
  helpers: SearchThreads | null,
): Promise<TaskResult> {
  const { evaluationCase, condition } = task
  const frame = await loadFrame(evaluationCase)
  const sceneTrace = createTrace(now)
  const scene = sceneTrace.span('prepare scene', () => prepareScene(frame))
  const vsd = createVsdWorkspace(frame.camera)
  const usesProposals = condition === 'proposals'
  const masks = isMaskCondition(condition) || usesProposals ? await masksOf(task, frame, cache) : []
  let segmentation: SceneSegmentation | null = null
  if (usesProposals) {
    let maxDiameterMm = 0
    for (const { model } of evaluationCase.instances) {
      maxDiameterMm = Math.max(maxDiameterMm, (await modelOf(cache, model)).diameter)
    }
    segmentation = sceneTrace.span('segment scene', () => segmentFrame(frame, maxDiameterMm, now))
  }
  const proposed: ProposedRow[] = []
  const rows: InstanceRow[] = []
  const answers: AnswerRow[] = []
  const timings: Readonly<Record<string, number>>[] = []

  const ask = (model: EvaluationModel, detections: readonly Detection[] | null, maxInstances: number): Asked => {
    const trace = createTrace(now)
    const started = now()
    const scoreThreshold = condition === 'many' ? POSE_DEFAULTS.scoreThreshold : 0
    const { seed, preset, generator } = task
    const options = { ...POSE_DEFAULTS, maxInstances, scoreThreshold, seed, preset, generator }
    const outcome = estimateObject(scene, model.prepared, detections, options, {
      trace,
      ...(helpers === null ? {} : { openRunner: helpers.openRunner }),
    })
    timings.push({ ...sceneTrace.timings, ...trace.timings })
    return { outcome, seconds: (now() - started) / MILLISECONDS_PER_SECOND }
  }

  for (const group of task.groups) {
    const instances = group.flatMap((index) => evaluationCase.instances[index] ?? [])
    const [first] = instances
    if (first === undefined) continue
    const model = await modelOf(cache, first.model)
    const index = group[0] ?? 0
    const mask = isMaskCondition(condition) ? masks[index] : undefined
    const proposals = segmentation === null ? null : propose(model, segmentation, task.proposals, now)
    if (proposals !== null) {
      const truths = group.flatMap((k) => masks[k] ?? [])
      const detections = proposals.map((detection) => ({
        imageId: evaluationCase.id,
        score: detection.score,
        overlaps: overlapsOf(detection, truths),
      }))
      proposed.push({ modelPath: first.model.path, truthCount: truths.length, detections })
    }
    const neighbor = condition === 'merged' ? nearestMask(index, masks) : null
    const detections =
      mask === undefined
        ? proposals
        : [detectionOf(degrade(mask, index, neighbor === null ? undefined : masks[neighbor], task))]
    const { outcome, seconds } = ask(model, detections, condition === 'many' ? MANY_INSTANCES : instances.length)

    // A mask merged with another instance of the same object asks for either.
    const other = neighbor === null ? undefined : evaluationCase.instances[neighbor]
    const twins = other !== undefined && other.objectId === first.objectId ? [other] : []
    const errors = instances.map((instance) =>
      outcome.poses.map((pose) =>
        [instance, ...twins]
          .map(({ cameraFromObject: truth }) => ({
            truth,
            ...poseErrors(pose.cameraFromObject, truth, model.points, model.symmetries, frame.camera),
          }))
          .reduce((best, error) => (error.mssd < best.mssd ? error : best)),
      ),
    )
    const matches = matchInstances(errors.map((row) => row.map((error) => error.mssd)))
    outcome.poses.forEach((pose, k) => {
      const truth = matches.indexOf(k)
      const mssd = truth < 0 ? Infinity : (errors[truth]?.[k]?.mssd ?? Infinity)
      answers.push({
        ...{ caseId: evaluationCase.id, objectId: first.objectId, isPresent: true },
        ...{ score: pose.score, parts: pose.parts, isRight: mssd < RIGHT_MSSD * model.diameter },
      })
    })
    instances.forEach((instance, k) => {
      const match = matches[k] ?? null
      const error = match === null ? undefined : errors[k]?.[match]
      const pose = match === null ? undefined : outcome.poses[match]
      rows.push({
        caseId: evaluationCase.id,
        objectId: instance.objectId,
        instance: group[k] ?? 0,
        isSymmetric: model.symmetries.length > 1,
        visibleFraction: instance.visibleFraction,
        diameter: model.diameter,
        mssdPerDiameter: (error?.mssd ?? Infinity) / model.diameter,
        strictMssdPerDiameter:
          pose === undefined || error === undefined
            ? Infinity
            : mssdOf(pose.cameraFromObject, error.truth, model.points.extreme, IDENTITY) / model.diameter,
        mspd: error?.mspd ?? Infinity,
        add: error?.add ?? Infinity,
        vsd:
          pose === undefined || error === undefined
            ? VSD_TOLERANCES.map(() => 1)
            : vsdOf(vsd, frame, model.raster, pose.cameraFromObject, error.truth, model.diameter),
        imageWidth: frame.camera.width,
        score: pose?.score ?? null,
        verification: pose?.parts.verification ?? null,
        seconds: seconds / instances.length,
      })
    })
  }

  const absent: AbsentRow[] = []
  for (const { objectId, model: reference } of task.absentModels) {
    const { outcome, seconds } = ask(await modelOf(cache, reference), null, 1)
    const [pose] = outcome.poses
    const verification = pose?.parts.verification ?? null
    absent.push({ caseId: evaluationCase.id, objectId, score: pose?.score ?? null, verification, seconds })
    if (pose !== undefined) {
      const { score, parts } = pose
      answers.push({ caseId: evaluationCase.id, objectId, isPresent: false, isRight: false, score, parts })
    }
  }
  return { condition, rows, answers, absent, proposed, timings }
}

/** What segmentation hands on about one object. */
function propose(
  model: EvaluationModel,
  scene: SceneSegmentation,
  limit: number,
  now: () => number,
): readonly Detection[] {
  model.templates ??= describeTemplates(model.mesh, model.diameter)
  return detectionsOf(scene, model.templates, limit, now)
}

interface Asked {
  readonly outcome: ObjectOutcome
  readonly seconds: number
}

/** The visible masks of all instances of the frame; derived from the true pose where the data set has none. */
async function masksOf(task: EvaluationTask, frame: Frame, cache: ModelCache): Promise<Mask[]> {
  const maskOf = async ({ maskPath, model, cameraFromObject }: TrueInstance): Promise<Mask> =>
    maskPath === null ? visibleMask(frame, (await modelOf(cache, model)).mesh, cameraFromObject) : loadMask(maskPath)
  return Promise.all(task.evaluationCase.instances.map(maskOf))
}

/** A mask as a user or a network would spoil it. */
function degrade(mask: Mask, index: number, neighbor: Mask | undefined, task: EvaluationTask): Mask {
  const { condition } = task
  if (condition === 'dilated') return dilateMask(mask, DILATION_PX)
  if (condition === 'eroded') {
    const eroded = erodeMask(mask, EROSION_PX)
    return eroded.data.some((inside) => inside !== 0) ? eroded : mask
  }
  if (condition === 'half') return cutMask(mask, KEPT_SHARE, 2 * Math.PI * createRng(task.seed + index).next())
  return neighbor === undefined ? mask : mergeMasks(mask, neighbor)
}

/** The mask closest to the given one; null when it is the only one. */
function nearestMask(index: number, all: readonly Mask[]): number | null {
  const mask = all[index]
  const others = all.flatMap((other, k) =>
    k === index || mask === undefined ? [] : [{ k, distance: maskDistance(mask, other) }],
  )
  return others.sort((a, b) => a.distance - b.distance)[0]?.k ?? null
}

function detectionOf(mask: Mask): Detection {
  const rle = encodeRle(mask)
  return { mask: rle, box: rleBox(rle), score: 1, source: 'user' }
}
