import { add, cross, dot, eigenSymmetric3, norm, scale, type Rng, type Vector3 } from '@sextant/geometry'
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
/** Hypotheses are compared by area with all depths beyond this counted as this, mm: far noise is large and thick. */
const FAR = 2000
const SPARE_ATTEMPTS = 2
/** Hypotheses are counted on this many pixels. */
const SAMPLE_COUNT = 1000
/** Hypotheses from points of the best plane that are compared before the search ends early. */
const MIN_HITS = 20
/** Random points tried to sharpen a hypothesis, and how near to it they must lie: inlier distances, cosine. */
const SHARPENING_DRAWS = 12
const SHARPENING_LOOSENESS = 6
const SHARPENING_COSINE = 0.95

/** Pixels with depth and normal as flat rows. */
interface OrientedPoints {
  readonly count: number
  /** [n, ROW] position mm, normal, inlier distance mm, min(z, FAR)² as the vote */
  readonly rows: Float32Array
}

const ROW = 8

/**
 * The largest planes by RANSAC, largest first: tables, floors and walls, not box faces.
 *
 * @returns at most `maxPlanes`; empty when nothing is large enough
 * @source Fischler & Bolles 1981; hypotheses from one oriented point, sharpened by two more points near its plane
 */
export function findPlanes(surface: Surface, options: Partial<PlaneOptions>, rng: Rng): Plane[] {
  const settings = { ...PLANE_DEFAULTS, ...options }
  let points = collectPoints(surface, settings)
  const planes: Plane[] = []
  const minInliers = Math.max(50, settings.minShare * points.count)
  const attempts = settings.maxPlanes + SPARE_ATTEMPTS
  for (let k = 0; k < attempts && planes.length < settings.maxPlanes && points.count >= minInliers; k++) {
    const hypothesis = drawPlane(points, settings, rng)
    if (hypothesis === null) break
    const plane = refitPlane(surface, points, hypothesis, settings)
    if (plane === null) break
    if (plane.inlierCount >= minInliers && plane.areaMm2 >= settings.minAreaMm2) planes.push(plane)
    // A rejected plane (far noise, a box face) goes as well, so that the next one can be seen.
    points = withoutPlane(points, plane, settings.minNormalCosine)
  }
  return planes.sort((a, b) => b.areaMm2 - a.areaMm2)
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
  const rows = new Float32Array(ROW * depths.length)
  let count = 0
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i++) {
      const z = depths[i]
      if (!(z > 0) || normals[3 * i + 2] === 0) continue
      const k = ROW * count
      rows[k] = ((u - camera.cx) / camera.fx) * z
      rows[k + 1] = ((v - camera.cy) / camera.fy) * z
      rows[k + 2] = z
      rows[k + 3] = normals[3 * i]
      rows[k + 4] = normals[3 * i + 1]
      rows[k + 5] = normals[3 * i + 2]
      rows[k + 6] = settings.toleranceMm + settings.toleranceSigma * depthSigma(surface, z)
      rows[k + 7] = Math.min(z, FAR) ** 2
      count++
    }
  }
  return { count, rows: rows.subarray(0, ROW * count) }
}

/** The points that do not lie on the plane. */
function withoutPlane(points: OrientedPoints, plane: Hypothesis, minCosine: number): OrientedPoints {
  const { rows } = points
  const [nx, ny, nz] = plane.normal
  const { offset } = plane
  const left = new Float32Array(rows.length)
  let end = 0
  for (let k = 0; k < rows.length; k += ROW) {
    if (isInlier(rows, k, nx, ny, nz, offset, minCosine)) continue
    for (let c = 0; c < ROW; c++) left[end + c] = rows[k + c]
    end += ROW
  }
  return { count: end / ROW, rows: left.subarray(0, end) }
}

interface Hypothesis {
  readonly normal: Vector3
  readonly offset: number
}

/**
 * The plane comes as plain numbers: this is asked of every point.
 *
 * @param k  start of the row
 */
function isInlier(
  rows: Float32Array,
  k: number,
  nx: number,
  ny: number,
  nz: number,
  offset: number,
  minCosine: number,
): boolean {
  const distance = nx * rows[k] + ny * rows[k + 1] + nz * rows[k + 2] - offset
  if (Math.abs(distance) > rows[k + 6]) return false
  return nx * rows[k + 3] + ny * rows[k + 4] + nz * rows[k + 5] > minCosine
}

/** The hypothesis with the largest inlier area on a sample of the points. */
function drawPlane(points: OrientedPoints, settings: PlaneOptions, rng: Rng): Hypothesis | null {
  const { minNormalCosine } = settings
  const sampleCount = Math.min(SAMPLE_COUNT, points.count)
  const rows = new Float32Array(ROW * sampleCount)
  for (let s = 0; s < sampleCount; s++) {
    const i = Math.floor(((s + rng.next()) * points.count) / sampleCount)
    rows.set(points.rows.subarray(ROW * i, ROW * i + ROW), ROW * s)
  }
  let best: Hypothesis | null = null
  let bestArea = 0
  let needed = settings.trials
  for (let trial = 0; trial < needed; trial++) {
    const hypothesis = sharpen(points, rng.integer(points.count), rng)
    const { offset } = hypothesis
    const [nx, ny, nz] = hypothesis.normal
    let area = 0
    let inlierCount = 0
    for (let k = 0; k < rows.length; k += ROW) {
      if (!isInlier(rows, k, nx, ny, nz, offset, minNormalCosine)) continue
      area += rows[k + 7]
      inlierCount++
    }
    if (area > bestArea) {
      bestArea = area
      best = hypothesis
      // One inlier point makes a hypothesis: enough trials to have drawn MIN_HITS of them.
      needed = Math.min(settings.trials, Math.ceil((MIN_HITS * sampleCount) / inlierCount))
    }
  }
  return best
}

/** The plane of one oriented point; through two more points when some of a few random ones lie near it, far apart. */
function sharpen({ rows, count }: OrientedPoints, first: number, rng: Rng): Hypothesis {
  const k = ROW * first
  const px = rows[k]
  const py = rows[k + 1]
  const pz = rows[k + 2]
  const nx = rows[k + 3]
  const ny = rows[k + 4]
  const nz = rows[k + 5]
  const plain: Hypothesis = { normal: [nx, ny, nz], offset: nx * px + ny * py + nz * pz }
  let a: Vector3 | null = null
  for (let draw = 0; draw < SHARPENING_DRAWS; draw++) {
    const j = ROW * rng.integer(count)
    const x = rows[j] - px
    const y = rows[j + 1] - py
    const z = rows[j + 2] - pz
    if (Math.abs(nx * x + ny * y + nz * z) > SHARPENING_LOOSENESS * rows[j + 6]) continue
    if (nx * rows[j + 3] + ny * rows[j + 4] + nz * rows[j + 5] < SHARPENING_COSINE) continue
    const b: Vector3 = [x, y, z]
    if (a === null) {
      a = b
      continue
    }
    const n = cross(a, b)
    const length = norm(n)
    if (!(length > 0.3 * norm(a) * norm(b))) continue
    const normal = scale(n, (dot(n, plain.normal) < 0 ? -1 : 1) / length)
    return { normal, offset: dot(normal, [px, py, pz]) }
  }
  return plain
}

function refitPlane(
  surface: Surface,
  points: OrientedPoints,
  initial: Hypothesis,
  settings: PlaneOptions,
): Plane | null {
  const { rows } = points
  const { minNormalCosine } = settings
  const pixelArea = 1 / (surface.camera.fx * surface.camera.fy)
  let plane: Plane | null = null
  let current = initial
  for (let round = 0; round < REFITS; round++) {
    // Moments about the first hypothesis' foot point keep the sums small.
    const { normal, offset: distanceToOrigin } = current
    const [nx, ny, nz] = normal
    const foot = scale(normal, distanceToOrigin)
    const [footX, footY, footZ] = foot
    // Written out: sums in arrays take twice the time.
    let sumX = 0
    let sumY = 0
    let sumZ = 0
    let xx = 0
    let xy = 0
    let xz = 0
    let yy = 0
    let yz = 0
    let zz = 0
    let weightSum = 0
    let areaMm2 = 0
    let inlierCount = 0
    for (let k = 0; k < rows.length; k += ROW) {
      if (!isInlier(rows, k, nx, ny, nz, distanceToOrigin, minNormalCosine)) continue
      inlierCount++
      // Variance of depth grows with z⁴; weights keep near and far points comparable in mm.
      const w = 1 / (rows[k + 6] * rows[k + 6])
      const x = rows[k] - footX
      const y = rows[k + 1] - footY
      const z = rows[k + 2] - footZ
      weightSum += w
      sumX += w * x
      sumY += w * y
      sumZ += w * z
      xx += w * x * x
      xy += w * x * y
      xz += w * x * z
      yy += w * y * y
      yz += w * y * z
      zz += w * z * z
      // Area of a pixel's footprint on the plane: z² / (fx fy) over the cosine of the view.
      const cosine = Math.abs(distanceToOrigin) / rows[k + 2]
      areaMm2 += (rows[k + 2] * rows[k + 2] * pixelArea) / Math.max(0.05, cosine)
    }
    if (inlierCount < 3) return null
    const moments = Float64Array.of(xx, xy, xz, 0, yy, yz, 0, 0, zz)
    const mean = scale([sumX, sumY, sumZ], 1 / weightSum)
    for (let r = 0; r < 3; r++) {
      for (let c = r; c < 3; c++) {
        moments[3 * r + c] -= weightSum * mean[r] * mean[c]
        moments[3 * c + r] = moments[3 * r + c]
      }
    }
    const [n] = eigenSymmetric3(moments).vectors
    const offset = dot(n, add(mean, foot))
    const sign = offset > 0 ? -1 : 1
    current = { normal: [sign * n[0], sign * n[1], sign * n[2]], offset: sign * offset }
    plane = { ...current, areaMm2, inlierCount }
  }
  return plane
}
