import { eigenSymmetric3, type Rng, type Vector3 } from '@sextant/geometry'
import { depthSigma } from './estimate-surface.ts'
import type { Surface } from './surface.ts'

/** A dominant plane: `normal · p = offset`. */
export interface Plane {
  /** unit, camera, pointing to the camera */
  readonly normal: Vector3
  /** mm; negative, because the camera is in front of the plane */
  readonly offset: number
  /** visible metric area of the inliers, mm² */
  readonly areaMm2: number
  /** inliers, grid pixels */
  readonly inlierCount: number
}

export interface PlaneOptions {
  readonly maxPlanes: number
  /** random hypotheses per plane */
  readonly trials: number
  /** inlier distance: `toleranceMm + toleranceSigma · sigma_z` */
  readonly toleranceMm: number
  readonly toleranceSigma: number
  /** least cosine between the surface normal and the plane's */
  readonly minNormalCosine: number
  /** a close box face fills many pixels, never many square metres: planes are told from objects by metric area, mm² */
  readonly minAreaMm2: number
  /** least share of the pixels that have a normal */
  readonly minShare: number
}

export const PLANE_DEFAULTS: PlaneOptions = {
  maxPlanes: 3,
  trials: 200,
  toleranceMm: 3,
  toleranceSigma: 3,
  minNormalCosine: 0.93,
  minAreaMm2: 60_000,
  minShare: 0.03,
}

const REFITS = 3
/** Hypotheses are counted on about this many pixels. */
const SAMPLE_COUNT = 2500

interface OrientedPoints {
  /** [n] index in the grid */
  readonly pixels: Int32Array
  /** [n, 3] mm, camera */
  readonly positions: Float32Array
  /** [n] mm */
  readonly tolerances: Float32Array
}

/**
 * The largest planes by RANSAC, largest first: tables, floors and walls, not box faces.
 *
 * @returns at most `maxPlanes`; empty when nothing is large enough
 * @source Fischler & Bolles 1981; hypotheses from one oriented point, sharpened by two more points near its plane
 */
export function findPlanes(surface: Surface, options: Partial<PlaneOptions>, rng: Rng): Plane[] {
  const settings = { ...PLANE_DEFAULTS, ...options }
  const points = collectPoints(surface, settings)
  const free = Uint8Array.from(points.pixels, () => 1)
  const planes: Plane[] = []
  const minInliers = Math.max(50, settings.minShare * points.pixels.length)
  while (planes.length < settings.maxPlanes) {
    const active: number[] = []
    for (let i = 0; i < free.length; i++) if (free[i] === 1) active.push(i)
    if (active.length < minInliers) break
    const hypothesis = drawPlane(surface, points, active, settings, rng)
    if (hypothesis === null) break
    const plane = refitPlane(surface, points, active, hypothesis, settings)
    if (plane === null) break
    if (plane.inlierCount < minInliers || plane.areaMm2 < settings.minAreaMm2) break
    planes.push(plane)
    for (const i of active) if (isInlier(surface, points, i, plane, settings.minNormalCosine, 1)) free[i] = 0
  }
  return planes
}

export interface PlaneMaskOptions {
  /** marked distance: `distanceMm + distanceSigma · sigma_z` */
  readonly distanceMm: number
  readonly distanceSigma: number
}

export const PLANE_MASK_DEFAULTS: PlaneMaskOptions = { distanceMm: 4, distanceSigma: 2.5 }

/**
 * Writes 1 + index of the nearest plane where the surface lies on it, else 0.
 *
 * @param out [height, width] of the grid; overwritten
 */
export function planeMaskInto(
  out: Uint8Array,
  surface: Surface,
  planes: readonly Plane[],
  options: Partial<PlaneMaskOptions> = {},
): Uint8Array {
  const { width, height, depths, camera } = surface
  if (out.length !== width * height) throw new RangeError(`out has ${out.length} pixels, expected ${width * height}`)
  const settings = { ...PLANE_MASK_DEFAULTS, ...options }
  out.fill(0)
  for (let v = 0, i = 0; v < height; v++) {
    const rayY = (v - camera.cy) / camera.fy
    for (let u = 0; u < width; u++, i++) {
      const z = depths[i]
      if (!(z > 0)) continue
      const rayX = (u - camera.cx) / camera.fx
      let nearest = settings.distanceMm + settings.distanceSigma * depthSigma(surface, z)
      for (let p = 0; p < planes.length; p++) {
        const { normal, offset } = planes[p]
        const distance = Math.abs(z * (normal[0] * rayX + normal[1] * rayY + normal[2]) - offset)
        if (distance < nearest) {
          nearest = distance
          out[i] = p + 1
        }
      }
    }
  }
  return out
}

function collectPoints(surface: Surface, settings: PlaneOptions): OrientedPoints {
  const { width, height, depths, normals, camera } = surface
  let count = 0
  for (let i = 0; i < depths.length; i++) if (depths[i] > 0 && normals[3 * i + 2] !== 0) count++
  const pixels = new Int32Array(count)
  const positions = new Float32Array(3 * count)
  const tolerances = new Float32Array(count)
  let n = 0
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i++) {
      const z = depths[i]
      if (!(z > 0) || normals[3 * i + 2] === 0) continue
      pixels[n] = i
      positions[3 * n] = ((u - camera.cx) / camera.fx) * z
      positions[3 * n + 1] = ((v - camera.cy) / camera.fy) * z
      positions[3 * n + 2] = z
      tolerances[n] = settings.toleranceMm + settings.toleranceSigma * depthSigma(surface, z)
      n++
    }
  }
  return { pixels, positions, tolerances }
}

interface Hypothesis {
  readonly normal: Vector3
  readonly offset: number
}

function isInlier(
  surface: Surface,
  points: OrientedPoints,
  i: number,
  plane: Hypothesis,
  minCosine: number,
  looseness: number,
): boolean {
  const { positions, tolerances } = points
  const [nx, ny, nz] = plane.normal
  const distance = nx * positions[3 * i] + ny * positions[3 * i + 1] + nz * positions[3 * i + 2] - plane.offset
  if (Math.abs(distance) > looseness * tolerances[i]) return false
  const k = 3 * points.pixels[i]
  return nx * surface.normals[k] + ny * surface.normals[k + 1] + nz * surface.normals[k + 2] > minCosine
}

function drawPlane(
  surface: Surface,
  points: OrientedPoints,
  active: readonly number[],
  settings: PlaneOptions,
  rng: Rng,
): Hypothesis | null {
  const stride = Math.max(1, Math.floor(active.length / SAMPLE_COUNT))
  let best: Hypothesis | null = null
  let bestArea = 0
  for (let trial = 0; trial < settings.trials; trial++) {
    const hypothesis = sharpen(surface, points, active, active[rng.integer(active.length)], rng)
    let area = 0
    for (let s = trial % stride; s < active.length; s += stride) {
      const i = active[s]
      // A pixel covers area in proportion to z².
      if (isInlier(surface, points, i, hypothesis, settings.minNormalCosine, 1))
        area += points.positions[3 * i + 2] ** 2
    }
    if (area > bestArea) {
      bestArea = area
      best = hypothesis
    }
  }
  return best
}

/** The plane of one oriented point; through two more points when some of a few random ones lie near it, far apart. */
function sharpen(
  surface: Surface,
  points: OrientedPoints,
  active: readonly number[],
  first: number,
  rng: Rng,
): Hypothesis {
  const { positions, pixels } = points
  const k = 3 * pixels[first]
  const normal: Vector3 = [surface.normals[k], surface.normals[k + 1], surface.normals[k + 2]]
  const [px, py, pz] = positions.subarray(3 * first, 3 * first + 3)
  const plain = { normal, offset: normal[0] * px + normal[1] * py + normal[2] * pz }
  let ax = 0
  let ay = 0
  let az = 0
  let hasSecond = false
  for (let draw = 0; draw < 12; draw++) {
    const i = active[rng.integer(active.length)]
    if (!isInlier(surface, points, i, plain, 0.95, 6)) continue
    const bx = positions[3 * i] - px
    const by = positions[3 * i + 1] - py
    const bz = positions[3 * i + 2] - pz
    if (!hasSecond) {
      ax = bx
      ay = by
      az = bz
      hasSecond = true
      continue
    }
    const n: Vector3 = [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
    const length = Math.hypot(...n)
    const spans = Math.hypot(ax, ay, az) * Math.hypot(bx, by, bz)
    if (!(length > 0.3 * spans)) continue
    const sign = n[0] * normal[0] + n[1] * normal[1] + n[2] * normal[2] < 0 ? -1 : 1
    for (let c = 0; c < 3; c++) n[c] *= sign / length
    return { normal: n, offset: n[0] * px + n[1] * py + n[2] * pz }
  }
  return plain
}

function refitPlane(
  surface: Surface,
  points: OrientedPoints,
  active: readonly number[],
  initial: Hypothesis,
  settings: PlaneOptions,
): Plane | null {
  const { positions } = points
  const { fx, fy } = surface.camera
  let plane: Plane | null = null
  let current = initial
  for (let round = 0; round < REFITS; round++) {
    const inliers = active.filter((i) => isInlier(surface, points, i, current, settings.minNormalCosine, 1))
    if (inliers.length < 3) return null
    const mean: Vector3 = [0, 0, 0]
    let weightSum = 0
    for (const i of inliers) {
      // Variance of depth grows with z⁴; weights keep near and far points comparable in mm.
      const w = 1 / points.tolerances[i] ** 2
      weightSum += w
      for (let c = 0; c < 3; c++) mean[c] += w * positions[3 * i + c]
    }
    for (let c = 0; c < 3; c++) mean[c] /= weightSum
    const cov = new Float64Array(9)
    let areaMm2 = 0
    for (const i of inliers) {
      const w = 1 / points.tolerances[i] ** 2
      const x = positions[3 * i]
      const y = positions[3 * i + 1]
      const z = positions[3 * i + 2]
      const d = [x - mean[0], y - mean[1], z - mean[2]]
      for (let r = 0; r < 3; r++) for (let c = 0; c < 3; c++) cov[3 * r + c] += w * d[r] * d[c]
      // Area of a pixel's footprint on the plane: z² / (fx fy) over the cosine of the view.
      const cosine = Math.abs(current.normal[0] * x + current.normal[1] * y + current.normal[2] * z) / z
      areaMm2 += (z * z) / (fx * fy * Math.max(0.05, cosine))
    }
    const [n] = eigenSymmetric3(cov).vectors
    const offset = n[0] * mean[0] + n[1] * mean[1] + n[2] * mean[2]
    const sign = offset > 0 ? -1 : 1
    current = { normal: [sign * n[0], sign * n[1], sign * n[2]], offset: sign * offset }
    plane = { ...current, areaMm2, inlierCount: inliers.length }
  }
  return plane
}
