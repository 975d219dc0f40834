import { transformPointInto, type CameraFromObject, type PinholeCamera, type Vector3, compose } from '@sextant/geometry'
import type { MetricPoints } from './metric-points.ts'
import type { ObjectSymmetry } from './symmetries.ts'

/** Errors of one answer against one true pose. */
export interface PoseErrors {
  /** maximum symmetry-aware surface distance, mm */
  readonly mssd: number
  /** maximum symmetry-aware projection distance, px */
  readonly mspd: number
  /** average distance: ADD of unsymmetric objects, ADD-S of symmetric ones, mm */
  readonly add: number
}

/**
 * All errors of one answer. The symmetry set always holds the identity first.
 * @cost  O(symmetries · points); ADD-S O(points²)
 */
export function poseErrors(
  estimate: CameraFromObject,
  truth: CameraFromObject,
  points: MetricPoints,
  symmetries: readonly ObjectSymmetry[],
  camera: PinholeCamera,
): PoseErrors {
  const isSymmetric = symmetries.length > 1
  return {
    mssd: mssdOf(estimate, truth, points.extreme, symmetries),
    mspd: mspdOf(estimate, truth, points.extreme, symmetries, camera),
    add: isSymmetric ? addSOf(estimate, truth, points.spread) : addOf(estimate, truth, points.spread),
  }
}

/**
 * Maximum symmetry-aware surface distance, mm: the least over all symmetries of the largest vertex displacement.
 * @source Hodaň et al. 2020, BOP Challenge, section 2.2
 */
export function mssdOf(
  estimate: CameraFromObject,
  truth: CameraFromObject,
  points: readonly Vector3[],
  symmetries: readonly ObjectSymmetry[],
): number {
  const placed = points.map((point) => transformPointInto([0, 0, 0], estimate, point))
  return leastOver(symmetries, truth, points, placed, squaredDistance)
}

/**
 * Maximum symmetry-aware projection distance, px. A point at or behind the camera makes it infinite.
 * @source Hodaň et al. 2020, BOP Challenge, section 2.2
 */
export function mspdOf(
  estimate: CameraFromObject,
  truth: CameraFromObject,
  points: readonly Vector3[],
  symmetries: readonly ObjectSymmetry[],
  camera: PinholeCamera,
): number {
  const project = (p: Vector3): Vector3 =>
    p[2] > 0 ? [(camera.fx * p[0]) / p[2], (camera.fy * p[1]) / p[2], 0] : [Infinity, Infinity, 0]
  const placed = points.map((point) => project(transformPointInto([0, 0, 0], estimate, point)))
  return leastOver(symmetries, truth, points, placed, (a, b) => squaredDistance(a, project(b)))
}

/** sqrt of min over symmetries of max over points of `distance(placed, truth · symmetry · point)`. */
function leastOver(
  symmetries: readonly ObjectSymmetry[],
  truth: CameraFromObject,
  points: readonly Vector3[],
  placed: readonly Vector3[],
  distance: (a: Vector3, b: Vector3) => number,
): number {
  let least = Infinity
  const moved: Vector3 = [0, 0, 0]
  for (const symmetry of symmetries) {
    const pose = compose(truth, symmetry)
    let largest = 0
    for (let i = 0; i < points.length && largest < least; i++) {
      const value = distance(placed[i], transformPointInto(moved, pose, points[i]))
      largest = Number.isNaN(value) ? Infinity : Math.max(largest, value)
    }
    least = Math.min(least, largest)
  }
  return Math.sqrt(least)
}

/** Average distance of corresponding points, mm. @source Hinterstoisser et al. 2012 */
export function addOf(estimate: CameraFromObject, truth: CameraFromObject, points: readonly Vector3[]): number {
  let sum = 0
  for (const point of points) {
    const a = transformPointInto([0, 0, 0], estimate, point)
    sum += Math.sqrt(squaredDistance(a, transformPointInto([0, 0, 0], truth, point)))
  }
  return sum / points.length
}

/** Average distance to the closest point, mm; for symmetric objects. @source Hinterstoisser et al. 2012 */
export function addSOf(estimate: CameraFromObject, truth: CameraFromObject, points: readonly Vector3[]): number {
  const placed = points.map((point) => transformPointInto([0, 0, 0], estimate, point))
  let sum = 0
  for (const point of points) {
    const target = transformPointInto([0, 0, 0], truth, point)
    let least = Infinity
    for (const candidate of placed) least = Math.min(least, squaredDistance(candidate, target))
    sum += Math.sqrt(least)
  }
  return sum / points.length
}

function squaredDistance(a: Vector3, b: Vector3): number {
  const x = a[0] - b[0]
  const y = a[1] - b[1]
  const z = a[2] - b[2]
  return x * x + y * y + z * z
}
