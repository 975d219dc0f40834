import type { LookupGrid } from '@sextant/geometry'
import type { OrientedPoints } from './oriented-points.ts'

/** Running sums of one hypothesis: inliers, violations, occluded, counted points. */
export const TALLY_SIZE = 4

const FACING = 0.15
const NORMAL_AGREES = 0.6
const NORMAL_MISMATCH_COST = 0.4

/** Standard deviation of depth and allowed surface distance at one depth; see ENGINE item 12. */
export function toleranceAt(z: number, diameter: number, inverseDepthNoise: number): number {
  return Math.max(0.025 * diameter, 4 * inverseDepthNoise * z * z)
}

/**
 * Adds model points `from` to `to` under one pose to its tally: the point agrees with the frame, is seen through
 * (the frame looks further: free space violated), is hidden, or says nothing.
 *
 * @param tally      TALLY_SIZE numbers at `tallyOffset`
 * @param pose       12 numbers at `poseOffset`: rotation row-major, translation mm
 * @param tolerance  mm
 */
export function tallyPoints(
  tally: Float32Array,
  tallyOffset: number,
  pose: Float32Array,
  poseOffset: number,
  points: OrientedPoints,
  from: number,
  to: number,
  grid: LookupGrid,
  tolerance: number,
): void {
  const { width, height, fx, fy, cx, cy, depths, normals, weights } = grid
  const P = points.positions
  const N = points.normals
  const r0 = pose[poseOffset]
  const r1 = pose[poseOffset + 1]
  const r2 = pose[poseOffset + 2]
  const r3 = pose[poseOffset + 3]
  const r4 = pose[poseOffset + 4]
  const r5 = pose[poseOffset + 5]
  const r6 = pose[poseOffset + 6]
  const r7 = pose[poseOffset + 7]
  const r8 = pose[poseOffset + 8]
  const tx = pose[poseOffset + 9]
  const ty = pose[poseOffset + 10]
  const tz = pose[poseOffset + 11]
  // The viewing ray of the centre serves all points of a small object well enough to tell front from back.
  const inverseRange = 1 / Math.sqrt(tx * tx + ty * ty + tz * tz)
  let inliers = 0
  let violations = 0
  let occluded = 0
  let counted = 0
  for (let i = 3 * from; i < 3 * to; i += 3) {
    const nx = r0 * N[i] + r1 * N[i + 1] + r2 * N[i + 2]
    const ny = r3 * N[i] + r4 * N[i + 1] + r5 * N[i + 2]
    const nz = r6 * N[i] + r7 * N[i + 1] + r8 * N[i + 2]
    const x = r0 * P[i] + r1 * P[i + 1] + r2 * P[i + 2] + tx
    const y = r3 * P[i] + r4 * P[i + 1] + r5 * P[i + 2] + ty
    const z = r6 * P[i] + r7 * P[i + 1] + r8 * P[i + 2] + tz
    if ((nx * x + ny * y + nz * z) * inverseRange > -FACING || z <= 0) continue
    counted++
    const inverseZ = 1 / z
    const u = Math.round(fx * x * inverseZ + cx)
    const v = Math.round(fy * y * inverseZ + cy)
    if (u < 0 || v < 0 || u >= width || v >= height) {
      occluded++
      continue
    }
    const pixel = v * width + u
    const observed = depths[pixel]
    if (observed === 0) {
      occluded += 0.7
      continue
    }
    const dz = observed - z
    if (dz > tolerance) violations++
    else if (dz < -tolerance) occluded++
    else {
      const k = 3 * pixel
      const agreement = nx * normals[k] + ny * normals[k + 1] + nz * normals[k + 2]
      if (agreement > NORMAL_AGREES) {
        const weight = weights === null ? 1 : weights[pixel] / 255
        inliers += weight * agreement * (1 - (0.5 * Math.abs(dz)) / tolerance)
      } else if (normals[k] !== 0 || normals[k + 1] !== 0 || normals[k + 2] !== 0) violations += NORMAL_MISMATCH_COST
    }
  }
  tally[tallyOffset] += inliers
  tally[tallyOffset + 1] += violations
  tally[tallyOffset + 2] += occluded
  tally[tallyOffset + 3] += counted
}

/** Score of a tally: (inliers - violations) over the points that could be seen, regularised. */
export function scoreOfTally(tally: Float32Array, offset: number): number {
  const n = tally[offset + 3]
  return (tally[offset] - tally[offset + 1]) / (n - 0.7 * tally[offset + 2] + 0.05 * n + 0.7)
}

const oneTally = new Float32Array(TALLY_SIZE)
const onePose = new Float32Array(12)

/**
 * Score of one pose over all points of the model.
 *
 * @param pose       12 numbers: rotation row-major, translation mm
 * @param tolerance  mm
 */
export function quickScoreOf(
  pose: ArrayLike<number>,
  points: OrientedPoints,
  grid: LookupGrid,
  tolerance: number,
): number {
  onePose.set(pose)
  oneTally.fill(0)
  tallyPoints(oneTally, 0, onePose, 0, points, 0, points.positions.length / 3, grid, tolerance)
  return scoreOfTally(oneTally, 0)
}
