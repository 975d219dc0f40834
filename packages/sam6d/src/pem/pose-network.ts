import { floatsOf, tensor, type Session, type Tensor } from '@sextant/inference'
import { PEM_CHANNELS, PEM_PLACES, VIEW_SIZE } from '../networks/vision-transformer.ts'
import { assign, type Assignment } from './assignment.ts'
import { groupNeighbors, queryBall } from './ball-query.ts'
import { selectCoarsePose, type CoarsePose } from './coarse-pose.ts'
import { sampleFarthestPoints } from './farthest-points.ts'
import { solveFinePose, type FinePose } from './fine-pose.ts'
import { gatherFeatures, planCells } from './gather-features.ts'
import { computeGeometricIndices, withBackgroundPoint } from './geometric-indices.ts'
import { normalizePlanes } from './prepare-view.ts'

export const SPARSE_POINTS = 196
export const DENSE_POINTS = 2048
/** Added to the radius before dividing, in metres. */
const RADIUS_EPSILON = 1e-6
const NEAR_BALL = { radius: 0.1, samples: 32 }
const WIDE_BALL = { radius: 0.2, samples: 64 }

/** The five networks PEM consists of. */
export interface PoseNetworks {
  readonly features: Session
  readonly embedding: Session
  readonly coarse: Session
  readonly position: Session
  readonly fine: Session
}

/** What the network sees of one view: the crop, and points with their pixels in it. Lengths in metres: it was trained so. */
export interface PointView {
  /** [3, 224, 224] planes B, G, R */
  readonly planes: Uint8Array
  /** [n] */
  readonly pixels: Int32Array
  /** [n, 3] m */
  readonly points: Float32Array
}

/** An object as the network knows it: points of all templates, thinned. */
export interface ObjectFeatures {
  /** [2048, 3] m, object */
  readonly points: Float32Array
  /** [2048, 256] */
  readonly features: Float32Array
  /** largest distance of a point from the origin, m */
  readonly radius: number
  /** [2048] which of the templates' points were kept */
  readonly kept: Int32Array
}

/**
 * Features of all templates at their points, thinned to 2048 by farthest point sampling. Needed once per object.
 *
 * @param batch  views per call of the network: more is faster and takes more memory
 */
export async function describeObject(
  networks: PoseNetworks,
  views: readonly PointView[],
  batch = 6,
): Promise<ObjectFeatures> {
  const points = joinFloats(views.map((view) => view.points))
  const kept = sampleFarthestPoints(points, DENSE_POINTS)
  const perView = new Map<number, number[]>()
  const starts = views.map((_, i) => views.slice(0, i).reduce((sum, view) => sum + view.pixels.length, 0))
  kept.forEach((index, slot) => {
    const view = starts.findLastIndex((start) => start <= index)
    const slots = perView.get(view)
    if (slots === undefined) perView.set(view, [slot])
    else slots.push(slot)
  })
  const features = new Float32Array(DENSE_POINTS * PEM_CHANNELS)
  const wanted = [...perView.keys()].sort((a, b) => a - b)
  for (let at = 0; at < wanted.length; at += batch) {
    const group = wanted.slice(at, at + batch)
    const slots = group.map((view) => perView.get(view) ?? [])
    const pixels = group.map((view, i) => slots[i].map((slot) => views[view].pixels[kept[slot] - starts[view]]))
    const gathered = await runFeatures(
      networks.features,
      group.map((view) => views[view].planes),
      pixels,
    )
    slots
      .flat()
      .forEach((slot, i) =>
        features.set(gathered.subarray(i * PEM_CHANNELS, (i + 1) * PEM_CHANNELS), slot * PEM_CHANNELS),
      )
  }
  const chosen = takeRows(points, kept, 3)
  return { points: chosen, features, radius: largestNorm(chosen), kept }
}

export interface NetworkPose {
  /** [9] cameraFromObject, row-major */
  readonly rotation: Float64Array
  /** [3] m */
  readonly translation: Float64Array
  /** [0, 1], before the detection's score */
  readonly score: number
  readonly trace: PoseTrace
}

/** Intermediate results, for comparing stage by stage. */
export interface PoseTrace {
  readonly observedFeatures: Float32Array
  readonly observed: Float32Array
  readonly sparseObserved: Int32Array
  readonly sparseObject: Int32Array
  readonly coarseAttention: Tensor
  readonly coarseAssignment: Assignment
  readonly coarse: CoarsePose
  readonly fineAttention: Tensor
  readonly fineAssignment: Assignment
  readonly fine: FinePose
}

/**
 * One pose from one view of the object.
 *
 * @param view    the observed points
 * @param object  of `describeObject`
 * @param model   [m, 3] m, surface points of the CAD model
 * @param draws   [18000] uniform in [0, 1): three per hypothesis
 * @source Lin et al. 2024, SAM-6D, section 3.3
 */
export async function estimateNetworkPose(
  networks: PoseNetworks,
  view: PointView,
  object: ObjectFeatures,
  model: Float32Array,
  draws: Float32Array,
): Promise<NetworkPose> {
  // 1. features of the observed points; everything in units of the object's radius
  const observedFeatures = await runFeatures(networks.features, [view.planes], [view.pixels])
  const unit = Math.fround(object.radius + RADIUS_EPSILON)
  const [observed, points, surface] = [view.points, object.points, model].map((values) =>
    values.map((v) => v / unit),
  ) as [Float32Array, Float32Array, Float32Array]
  // 2. sparse sets and how they lie
  const sparseObserved = sampleFarthestPoints(observed, SPARSE_POINTS)
  const sparseObject = sampleFarthestPoints(points, SPARSE_POINTS)
  const [p1, p2] = [takeRows(observed, sparseObserved, 3), takeRows(points, sparseObject, 3)]
  const embedding1 = await embed(networks.embedding, p1)
  const embedding2 = await embed(networks.embedding, p2)
  // 3. coarse: which sparse points correspond, and the best pose of three pairs
  const { attention: coarseAttention } = await networks.coarse.run({
    f1: tensor(takeRows(observedFeatures, sparseObserved, PEM_CHANNELS), [1, SPARSE_POINTS, PEM_CHANNELS]),
    f2: tensor(takeRows(object.features, sparseObject, PEM_CHANNELS), [1, SPARSE_POINTS, PEM_CHANNELS]),
    embedding1,
    embedding2,
  })
  const coarseAssignment = assign(floatsOf(coarseAttention), SPARSE_POINTS + 1, SPARSE_POINTS + 1)
  const coarse = selectCoarsePose(coarseAssignment, p1, p2, surface, draws)
  // 4. fine: dense points placed by the coarse pose, matched again
  const position1 = await encodePositions(networks.position, toObject(observed, coarse.rotation, coarse.translation))
  const position2 = await encodePositions(networks.position, points)
  const { attention: fineAttention } = await networks.fine.run({
    f1: tensor(observedFeatures, [1, DENSE_POINTS, PEM_CHANNELS]),
    f2: tensor(object.features, [1, DENSE_POINTS, PEM_CHANNELS]),
    position1,
    position2,
    embedding1,
    embedding2,
    sparse1: toIndices(sparseObserved),
    sparse2: toIndices(sparseObject),
  })
  const fineAssignment = assign(floatsOf(fineAttention), DENSE_POINTS + 1, DENSE_POINTS + 1)
  const fine = solveFinePose(fineAssignment, observed, points, surface)
  return {
    rotation: fine.rotation,
    translation: fine.translation.map((value) => value * unit),
    score: fine.score,
    trace: {
      ...{ observedFeatures, observed, sparseObserved, sparseObject, coarseAssignment, coarse, fineAssignment, fine },
      coarseAttention: coarseAttention,
      fineAttention: fineAttention,
    },
  }
}

/** [n, 3] normalised, camera → object. */
export function toObject(observed: Float32Array, R: ArrayLike<number>, t: ArrayLike<number>): Float32Array {
  const out = new Float32Array(observed.length)
  for (let i = 0; i < observed.length; i += 3) {
    const dx = observed[i] - t[0]
    const dy = observed[i + 1] - t[1]
    const dz = observed[i + 2] - t[2]
    for (let a = 0; a < 3; a++) out[i + a] = R[a] * dx + R[3 + a] * dy + R[6 + a] * dz
  }
  return out
}

/** Embedding of sparse points [n, 3], with the background point before them: [1, n + 1, n + 1, 256]. */
export async function embed(session: Session, points: Float32Array): Promise<Tensor> {
  const all = withBackgroundPoint(points)
  const n = all.length / 3
  const { distances, angles } = computeGeometricIndices(all)
  const { embedding } = await session.run({
    distances: tensor(distances, [1, n, n]),
    angles: tensor(angles, [1, n, n, 3]),
  })
  return embedding
}

/** Position encoding of dense points [n, 3]: [1, n, 256]. */
export async function encodePositions(session: Session, points: Float32Array): Promise<Tensor> {
  const n = points.length / 3
  const group = ({ radius, samples }: { radius: number; samples: number }): Tensor =>
    tensor(groupNeighbors(points, queryBall(points, points, radius, samples), samples), [1, n, samples, 6])
  const { position } = await session.run({ near: group(NEAR_BALL), wide: group(WIDE_BALL) })
  return position
}

/** Features at the pixels of each view, view after view: [sum of n, 256]. */
export async function runFeatures(
  session: Session,
  planes: readonly Uint8Array[],
  pixels: readonly ArrayLike<number>[],
): Promise<Float32Array> {
  const image = tensor(joinFloats(planes.map(normalizePlanes)), [planes.length, 3, VIEW_SIZE, VIEW_SIZE])
  const plan = planCells(pixels)
  const { features } = await session.run({ image, cells: tensor(plan.cells, [PEM_PLACES, plan.count]) })
  return gatherFeatures(floatsOf(features), plan)
}

function toIndices(indices: Int32Array): Tensor {
  return tensor(BigInt64Array.from(indices, BigInt), [1, indices.length])
}

function takeRows(values: Float32Array, rows: ArrayLike<number>, width: number): Float32Array {
  const out = new Float32Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) out.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  return out
}

function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function largestNorm(points: Float32Array): number {
  let best = 0
  for (let i = 0; i < points.length; i += 3) best = Math.max(best, Math.hypot(points[i], points[i + 1], points[i + 2]))
  return best
}
