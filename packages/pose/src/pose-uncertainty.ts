// Notes. The measurements of neighbouring pixels err together (a matching window, a patch of texture), so the samples
// count for less than their number: CORRELATED of them are worth one. Colour settles the turn of a printed can where it
// correlates; the search for it ends in steps of one degree.
import type { PoseUncertainty } from '@sextant/contracts'
import { cross, eigenSymmetric3, solveCholeskyInPlace, type Vector3 } from '@sextant/geometry'
import { toleranceAt } from '@sextant/hypotheses'
import type { FreeAxis } from './near-symmetries.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'

const CORRELATED = 6
const DEGREES = Math.PI / 180
/** What is known without any measurement: any turn, anywhere within a diameter. */
const PRIOR_ROTATION = Math.PI
const COLOR_TURN_SIGMA = 3 * DEGREES
const MIN_COLOR_CORRELATION = 0.3
/** Standard deviations from which a degree of freedom counts as not settled. */
const LOOSE_ROTATION = 10 * DEGREES
const LOOSE_TRANSLATION = 0.1
const FACING = 0.15
const NORMAL_AGREES = 0.6

/**
 * Covariance of a refined pose from the point-to-plane equations of its inliers.
 *
 * @param pose              12 numbers: rotation row-major, translation mm of the object's centre
 * @param residualMm        mean |dz| over the inliers
 * @param colorCorrelation  of drawing and frame, or null
 * @source Censi 2007 (covariance of ICP from its Hessian)
 */
export function poseUncertaintyOf(
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
  residualMm: number,
  colorCorrelation: number | null,
): PoseUncertainty {
  const information = new Float64Array(36)
  addMeasurements(information, scene, model, pose, residualMm)
  for (let k = 0; k < 3; k++) {
    information[7 * k] += 1 / PRIOR_ROTATION ** 2
    information[7 * (k + 3)] += 1 / model.diameter ** 2
  }
  if (colorCorrelation !== null && colorCorrelation >= MIN_COLOR_CORRELATION) {
    for (const { direction } of model.freeAxes) addTurn(information, turned(pose, direction), COLOR_TURN_SIGMA)
  }
  const covariance = inverse6(information)
  const rotation = eigenSymmetric3(block(covariance, 0))
  const translation = eigenSymmetric3(block(covariance, 3))
  const unobservable: string[] = []
  rotation.values.forEach((variance, k) => {
    if (variance <= LOOSE_ROTATION ** 2) return
    unobservable.push(`rotation about ${nameOfObjectAxis(pose, vectorOf(rotation.vectors[k]))}`)
  })
  translation.values.forEach((variance, k) => {
    if (variance <= (LOOSE_TRANSLATION * model.diameter) ** 2) return
    const [x, y, z] = vectorOf(translation.vectors[k]).map((value) => value.toFixed(2))
    unobservable.push(`translation along (${x}, ${y}, ${z}) of the camera`)
  })
  return {
    covariance: [...covariance],
    rotationSigmaDegrees: Math.sqrt(Math.max(...rotation.values)) / DEGREES,
    translationSigmaMm: Math.sqrt(Math.max(...translation.values)),
    unobservable,
  }
}

/** Adds J Jᵀ / σ² of every model sample that meets the measured surface. */
function addMeasurements(
  H: Float64Array,
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
  residualMm: number,
): void {
  const { positions, normals } = model.finePoints
  const { camera, depths, width, height } = scene.fine
  const measured = scene.fine.normals
  const noise = scene.surface.inverseDepthNoise
  const tolerance = 2 * toleranceAt(pose[11], model.diameter, noise)
  const J = new Float64Array(6)
  const free = model.freeAxes.filter((axis) => axis.isExact).map((axis) => freeTwist(pose, axis))
  for (let i = 0; i < positions.length; i += 3) {
    const ox = pose[0] * positions[i] + pose[1] * positions[i + 1] + pose[2] * positions[i + 2]
    const oy = pose[3] * positions[i] + pose[4] * positions[i + 1] + pose[5] * positions[i + 2]
    const oz = pose[6] * positions[i] + pose[7] * positions[i + 1] + pose[8] * positions[i + 2]
    const nx = pose[0] * normals[i] + pose[1] * normals[i + 1] + pose[2] * normals[i + 2]
    const ny = pose[3] * normals[i] + pose[4] * normals[i + 1] + pose[5] * normals[i + 2]
    const nz = pose[6] * normals[i] + pose[7] * normals[i + 1] + pose[8] * normals[i + 2]
    const x = ox + pose[9]
    const y = oy + pose[10]
    const z = oz + pose[11]
    if (z <= 0 || nx * x + ny * y + nz * z > -FACING * Math.sqrt(x * x + y * y + z * z)) continue
    const u = Math.round((camera.fx * x) / z + camera.cx)
    const v = Math.round((camera.fy * y) / z + camera.cy)
    if (u < 0 || v < 0 || u >= width || v >= height) continue
    const o = v * width + u
    if (depths[o] === 0 || Math.abs(depths[o] - z) > tolerance) continue
    const n = 3 * o
    if (nx * measured[n] + ny * measured[n + 1] + nz * measured[n + 2] < NORMAL_AGREES) continue
    const sigma = Math.max(residualMm, noise * z * z)
    const weight = 1 / (CORRELATED * sigma * sigma)
    J[0] = oy * nz - oz * ny
    J[1] = oz * nx - ox * nz
    J[2] = ox * ny - oy * nx
    J[3] = nx
    J[4] = ny
    J[5] = nz
    // A turn about an axis of revolution moves no point off its surface; the normals of the samples are not that exact.
    for (const twist of free) {
      let moved = 0
      for (let k = 0; k < 6; k++) moved += J[k] * twist[k]
      for (let k = 0; k < 3; k++) J[k] -= moved * twist[k]
    }
    for (let r = 0; r < 6; r++) for (let c = 0; c < 6; c++) H[6 * r + c] += weight * J[r] * J[c]
  }
}

/** Unit turn about a line of the object: rotation vector and shift of the object's centre, camera. */
function freeTwist(pose: Float64Array, { direction, point }: FreeAxis): number[] {
  const axis = turned(pose, direction)
  const shift = cross(turned(pose, point), axis)
  return [...axis, ...shift]
}

/** Adds the knowledge of a turn about a camera direction. */
function addTurn(H: Float64Array, axis: Vector3, sigma: number): void {
  for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) H[6 * r + c] += (axis[r] * axis[c]) / (sigma * sigma)
}

function inverse6(H: Float64Array): Float64Array {
  const out = new Float64Array(36)
  for (let column = 0; column < 6; column++) {
    const unit = new Float64Array(6)
    unit[column] = 1
    if (!solveCholeskyInPlace(Float64Array.from(H), unit, 6)) throw new RangeError('the information is not definite')
    for (let row = 0; row < 6; row++) out[6 * row + column] = unit[row]
  }
  return out
}

function block(C: Float64Array, start: number): Float64Array {
  return Float64Array.from({ length: 9 }, (_, k) => C[6 * (start + Math.floor(k / 3)) + start + (k % 3)])
}

/** Object direction to camera. */
function turned(pose: Float64Array, [x, y, z]: Vector3): Vector3 {
  const row = (r: number): number => pose[3 * r] * x + pose[3 * r + 1] * y + pose[3 * r + 2] * z
  return [row(0), row(1), row(2)]
}

/** Camera direction in the words of the object. */
function nameOfObjectAxis(pose: Float64Array, [x, y, z]: Vector3): string {
  const column = (c: number): number => pose[c] * x + pose[3 + c] * y + pose[6 + c] * z
  const axis = [column(0), column(1), column(2)]
  const main = axis.findIndex((value) => Math.abs(value) > 0.97)
  if (main >= 0) return `the object's ${'xyz'.charAt(main)} axis`
  return `the direction (${axis.map((value) => value.toFixed(2)).join(', ')}) of the object`
}

function vectorOf(vector: ArrayLike<number>): Vector3 {
  return [vector[0], vector[1], vector[2]]
}
