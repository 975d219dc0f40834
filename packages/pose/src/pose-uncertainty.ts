// Notes. The measurements of neighbouring pixels err together (a matching window, a patch of texture), so the samples
// count for less than their number: CORRELATED of them are worth one. A box seen on two faces could slide along their
// common edge as far as its planes are asked; where it ends before something farther away, the outline holds it. Colour
// settles the turn of a printed can where it correlates; the search for it ends in steps of one degree. A mug whose handle
// is out of sight has equations that hold its turn nevertheless (its body is not quite round); they say nothing.
import type { PoseUncertainty } from '@sextant/contracts'
import { cross, eigenSymmetric3, solveCholeskyInPlace, type Vector3 } from '@sextant/geometry'
import { toleranceAt } from '@sextant/hypotheses'
import { createRasterTarget, renderInto } from '@sextant/raster'
import type { FreeAxis } from './near-symmetries.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { transformOfPose } from './transform-of-pose.ts'

const CORRELATED = 6
const DEGREES = Math.PI / 180
/** What is known without any measurement: any turn, anywhere within a diameter. */
const PRIOR_ROTATION = Math.PI
const COLOR_TURN_SIGMA = 3 * DEGREES
const SETTLED_TURN_SIGMA = 0.1 * DEGREES
const MIN_COLOR_CORRELATION = 0.3
/** Standard deviations from which a degree of freedom counts as not settled. */
const LOOSE_ROTATION = 10 * DEGREES
const LOOSE_TRANSLATION = 0.1
const FACING = 0.15
const NORMAL_AGREES = 0.6
/** Where a depth camera sees something end: standard deviation, and how far outside is looked, level pixels. */
const OUTLINE_SIGMA = 1.5
const OUTLINE_OUTSET = 2

/**
 * Covariance of a refined pose from the point-to-plane equations of its inliers and the outline before a background.
 *
 * @param pose              12 numbers: rotation row-major, translation mm of the object's centre
 * @param residualMm        mean |dz| over the inliers
 * @param colorCorrelation  of drawing and frame, or null
 * @param isTurnOpen        other turns about the nearly free axis fit the frame as well
 * @source Censi 2007 (covariance of ICP from its Hessian)
 */
export function poseUncertaintyOf(
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
  residualMm: number,
  colorCorrelation: number | null,
  isTurnOpen: boolean,
): PoseUncertainty {
  const information = new Float64Array(36)
  const openAxes = model.freeAxes.filter((axis) => axis.isExact || isTurnOpen)
  const free = openAxes.map((axis) => freeTwist(pose, axis))
  addMeasurements(information, scene, model, pose, residualMm, free)
  addOutline(information, scene, model, pose, free)
  for (let k = 0; k < 3; k++) {
    information[7 * k] += 1 / PRIOR_ROTATION ** 2
    information[7 * (k + 3)] += 1 / model.diameter ** 2
  }
  if (!isTurnOpen && colorCorrelation !== null && colorCorrelation >= MIN_COLOR_CORRELATION) {
    for (const { direction } of model.freeAxes) addTurn(information, turned(pose, direction), COLOR_TURN_SIGMA)
  }
  const covariance = inverse6(information)
  const rotation = eigenSymmetric3(block(covariance, 0))
  const translation = eigenSymmetric3(block(covariance, 3))
  // A centre beside the axis of an open turn moves with it, which is not a freedom of its own.
  for (const { direction } of openAxes) addTurn(information, turned(pose, direction), SETTLED_TURN_SIGMA)
  const unturned = free.length === 0 ? translation : eigenSymmetric3(block(inverse6(information), 3))
  const unobservable: string[] = []
  rotation.values.forEach((variance, k) => {
    if (variance <= LOOSE_ROTATION ** 2) return
    unobservable.push(`rotation about ${nameOfObjectAxis(pose, vectorOf(rotation.vectors[k]))}`)
  })
  unturned.values.forEach((variance, k) => {
    if (variance <= (LOOSE_TRANSLATION * model.diameter) ** 2) return
    const [x, y, z] = vectorOf(unturned.vectors[k]).map((value) => value.toFixed(2))
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
  free: readonly (readonly number[])[],
): void {
  const { positions, normals } = model.finePoints
  const { camera, depths, width, height } = scene.fine
  const measured = scene.fine.normals
  const noise = scene.surface.inverseDepthNoise
  const tolerance = 2 * toleranceAt(pose[11], model.diameter, noise)
  const J = new Float64Array(6)
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
    setMovement(J, ox, oy, oz, nx, ny, nz)
    addEquation(H, J, weight, free)
  }
}

/** Adds what the outline says where the object ends before something farther away: it may not shift across it. */
function addOutline(
  H: Float64Array,
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
  free: readonly (readonly number[])[],
): void {
  const { camera, depths, width, height } = scene.fine
  const target = createRasterTarget(width, height)
  renderInto(target, model.fineMesh, transformOfPose(pose), camera)
  const tau = toleranceAt(pose[11], model.diameter, scene.surface.inverseDepthNoise)
  const weight = 1 / (CORRELATED * OUTLINE_SIGMA ** 2)
  const rendered = target.depths
  const { x0, y0, x1, y1 } = target.coverage
  const J = new Float64Array(6)
  const border = OUTLINE_OUTSET
  for (let v = Math.max(border, y0); v < Math.min(height - border, y1); v++) {
    for (let u = Math.max(border, x0); u < Math.min(width - border, x1); u++) {
      const o = v * width + u
      const z = rendered[o]
      if (z === 0 || Math.abs(depths[o] - z) > 2 * tau) continue
      const across = (rendered[o + 1] === 0 ? 1 : 0) - (rendered[o - 1] === 0 ? 1 : 0)
      const down = (rendered[o + width] === 0 ? 1 : 0) - (rendered[o - width] === 0 ? 1 : 0)
      if (across === 0 && down === 0) continue
      const outside = o + OUTLINE_OUTSET * (across + width * down)
      if (rendered[outside] !== 0 || depths[outside] < z + 2 * tau) continue
      const length = Math.hypot(across, down)
      const x = (z * (u - camera.cx)) / camera.fx
      const y = (z * (v - camera.cy)) / camera.fy
      // Pixels across the outline per mm of the point: (n · d(u, v)/dX).
      const gx = (across * camera.fx) / (length * z)
      const gy = (down * camera.fy) / (length * z)
      const gz = -(gx * x + gy * y) / z
      const ox = x - pose[9]
      const oy = y - pose[10]
      const oz = z - pose[11]
      setMovement(J, ox, oy, oz, gx, gy, gz)
      addEquation(H, J, weight, free)
    }
  }
}

/** How far a point at `o` from the object's centre moves along `g`, per turn and shift of the object: [o × g, g]. */
function setMovement(J: Float64Array, ox: number, oy: number, oz: number, gx: number, gy: number, gz: number): void {
  J[0] = oy * gz - oz * gy
  J[1] = oz * gx - ox * gz
  J[2] = ox * gy - oy * gx
  J[3] = gx
  J[4] = gy
  J[5] = gz
}

/**
 * Adds w J Jᵀ. A turn about an axis of revolution moves no point off its surface or outline; normals of samples and
 * outlines of triangles are not that exact, so their share along it is taken out of J.
 */
function addEquation(H: Float64Array, J: Float64Array, weight: number, free: readonly (readonly number[])[]): void {
  for (const twist of free) {
    let moved = 0
    for (let k = 0; k < 6; k++) moved += J[k] * twist[k]
    for (let k = 0; k < 3; k++) J[k] -= moved * twist[k]
  }
  for (let r = 0; r < 6; r++) for (let c = 0; c < 6; c++) H[6 * r + c] += weight * J[r] * J[c]
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
