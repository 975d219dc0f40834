import { rotationFromVector, solveCholeskyInPlace, type LookupGrid } from '@sextant/geometry'

export interface IcpOptions {
  readonly iterations: number
  /** correspondence gate at the first and the last iteration, mm; geometric in between */
  readonly gateStart: number
  readonly gateEnd: number
  /** half width of the correspondence window in grid pixels, and its stride */
  readonly windowRadius: number
  readonly windowStride: number
  /** smallest cosine between model and measured normal */
  readonly normalCosine: number
}

/** Coarse: wide window, strided; ENGINE item 14. Gates are set by the caller from the object's diameter. */
export const COARSE_ICP = { iterations: 6, windowRadius: 2, windowStride: 2, normalCosine: 0.5 } as const
/** Fine: dense window of one pixel; ENGINE item 15. */
export const FINE_ICP = { iterations: 8, windowRadius: 1, windowStride: 1, normalCosine: 0.5 } as const

/** Buffers of one worker; reused over calls. */
export interface IcpWorkspace {
  readonly A: Float64Array
  readonly b: Float64Array
}

export function createIcpWorkspace(): IcpWorkspace {
  return { A: new Float64Array(36), b: new Float64Array(6) }
}

export interface IcpResult {
  /** weighted correspondences in the last iteration */
  readonly inlierCount: number
  /** root mean square of the point-to-plane distance over them, mm */
  readonly rms: number
  /** null when a step was solved in every iteration */
  readonly reason: 'too_few_points' | null
}

const MIN_CORRESPONDENCES = 6
const ROTATION_DAMPING = 1e-3
const TRANSLATION_DAMPING = 2e-3
const MAX_TURN = 0.35
const FACING = 0.15

/**
 * Refines a pose by projective point-to-plane ICP against the measured grid, with the model's normals and
 * biweight-like weights (1 - r²/g²)² · (n · n_s).
 *
 * @param ws       workspace; overwritten
 * @param pose     12 numbers: rotation row-major, translation mm of the object's centre; overwritten with the result
 * @param points   [n, 3] mm, object, origin at the object's centre (keeps the normal equations well scaled)
 * @param normals  [n, 3] unit, object
 * @param indices  the points to use, or null for all
 * @cost O(iterations · n · window); no allocation
 * @source Chen & Medioni 1991; projective association as in Newcombe et al. 2011
 */
export function refinePoseInto(
  ws: IcpWorkspace,
  pose: Float64Array,
  points: Float32Array,
  normals: Float32Array,
  indices: Uint32Array | null,
  grid: LookupGrid,
  options: IcpOptions,
): IcpResult {
  const { width, height, fx, fy, cx, cy, depths, weights } = grid
  const gridNormals = grid.normals
  const { A, b } = ws
  const count = indices === null ? points.length / 3 : indices.length
  const decay = options.iterations > 1 ? (options.gateEnd / options.gateStart) ** (1 / (options.iterations - 1)) : 1
  const { windowRadius: radius, windowStride: stride, normalCosine } = options
  const inverseFx = 1 / fx
  const inverseFy = 1 / fy
  let gate = options.gateStart
  let inlierCount = 0
  let rms = 0
  for (let iteration = 0; iteration < options.iterations; iteration++, gate *= decay) {
    const r0 = pose[0]
    const r1 = pose[1]
    const r2 = pose[2]
    const r3 = pose[3]
    const r4 = pose[4]
    const r5 = pose[5]
    const r6 = pose[6]
    const r7 = pose[7]
    const r8 = pose[8]
    const tx = pose[9]
    const ty = pose[10]
    const tz = pose[11]
    const gate2 = gate * gate
    let a00 = 0, a01 = 0, a02 = 0, a03 = 0, a04 = 0, a05 = 0, a11 = 0, a12 = 0, a13 = 0, a14 = 0, a15 = 0 // prettier-ignore
    let a22 = 0, a23 = 0, a24 = 0, a25 = 0, a33 = 0, a34 = 0, a35 = 0, a44 = 0, a45 = 0, a55 = 0 // prettier-ignore
    let b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0 // prettier-ignore
    let squares = 0
    let weightSum = 0
    inlierCount = 0
    for (let k = 0; k < count; k++) {
      const i = 3 * (indices === null ? k : indices[k])
      const px = points[i]
      const py = points[i + 1]
      const pz = points[i + 2]
      const ox = r0 * px + r1 * py + r2 * pz
      const oy = r3 * px + r4 * py + r5 * pz
      const oz = r6 * px + r7 * py + r8 * pz
      const x = ox + tx
      const y = oy + ty
      const z = oz + tz
      if (z <= 0) continue
      const mx = normals[i]
      const my = normals[i + 1]
      const mz = normals[i + 2]
      const nx = r0 * mx + r1 * my + r2 * mz
      const ny = r3 * mx + r4 * my + r5 * mz
      const nz = r6 * mx + r7 * my + r8 * mz
      const facing = nx * x + ny * y + nz * z
      if (facing > 0 || facing * facing < FACING * FACING * (x * x + y * y + z * z)) continue
      const inverseZ = 1 / z
      const u = Math.round(fx * x * inverseZ + cx)
      const v = Math.round(fy * y * inverseZ + cy)
      if (u < radius || v < radius || u >= width - radius || v >= height - radius) continue
      let best = gate2
      let bestPixel = -1
      let bx = 0
      let by = 0
      let bz = 0
      for (let dv = -radius; dv <= radius; dv += stride) {
        for (let du = -radius; du <= radius; du += stride) {
          const pixel = (v + dv) * width + u + du
          const d = depths[pixel]
          if (d === 0) continue
          const ez = d - z
          if (ez * ez >= best) continue
          const ex = (u + du - cx) * inverseFx * d - x
          const ey = (v + dv - cy) * inverseFy * d - y
          const squared = ex * ex + ey * ey + ez * ez
          if (squared < best) {
            best = squared
            bestPixel = pixel
            bx = ex
            by = ey
            bz = ez
          }
        }
      }
      if (bestPixel < 0) continue
      const g = 3 * bestPixel
      const agreement = nx * gridNormals[g] + ny * gridNormals[g + 1] + nz * gridNormals[g + 2]
      if (agreement < normalCosine) continue
      const e = bx * nx + by * ny + bz * nz
      const q = 1 - best / gate2
      const w = q * q * agreement * (weights === null ? 1 : weights[bestPixel] / 255)
      if (w === 0) continue
      inlierCount++
      weightSum += w
      squares += w * e * e
      const c0 = oy * nz - oz * ny
      const c1 = oz * nx - ox * nz
      const c2 = ox * ny - oy * nx
      const w0 = w * c0
      const w1 = w * c1
      const w2 = w * c2
      const w3 = w * nx
      const w4 = w * ny
      const w5 = w * nz
      a00 += w0 * c0
      a01 += w0 * c1
      a02 += w0 * c2
      a03 += w0 * nx
      a04 += w0 * ny
      a05 += w0 * nz // prettier-ignore
      a11 += w1 * c1
      a12 += w1 * c2
      a13 += w1 * nx
      a14 += w1 * ny
      a15 += w1 * nz // prettier-ignore
      a22 += w2 * c2
      a23 += w2 * nx
      a24 += w2 * ny
      a25 += w2 * nz // prettier-ignore
      a33 += w3 * nx
      a34 += w3 * ny
      a35 += w3 * nz
      a44 += w4 * ny
      a45 += w4 * nz
      a55 += w5 * nz // prettier-ignore
      b0 += w0 * e
      b1 += w1 * e
      b2 += w2 * e
      b3 += w3 * e
      b4 += w4 * e
      b5 += w5 * e // prettier-ignore
    }
    if (inlierCount < MIN_CORRESPONDENCES) return { inlierCount, rms, reason: 'too_few_points' }
    rms = Math.sqrt(squares / weightSum)
    const rotationDamping = (ROTATION_DAMPING * (a00 + a11 + a22)) / 3
    const translationDamping = TRANSLATION_DAMPING * weightSum
    A[0] = a00 + rotationDamping
    A[6] = a01
    A[7] = a11 + rotationDamping // prettier-ignore
    A[12] = a02
    A[13] = a12
    A[14] = a22 + rotationDamping // prettier-ignore
    A[18] = a03
    A[19] = a13
    A[20] = a23
    A[21] = a33 + translationDamping // prettier-ignore
    A[24] = a04
    A[25] = a14
    A[26] = a24
    A[27] = a34
    A[28] = a44 + translationDamping // prettier-ignore
    A[30] = a05
    A[31] = a15
    A[32] = a25
    A[33] = a35
    A[34] = a45
    A[35] = a55 + translationDamping // prettier-ignore
    b[0] = b0
    b[1] = b1
    b[2] = b2
    b[3] = b3
    b[4] = b4
    b[5] = b5 // prettier-ignore
    if (!solveCholeskyInPlace(A, b, 6)) return { inlierCount, rms, reason: 'too_few_points' }
    applyStep(pose, b)
  }
  return { inlierCount, rms, reason: null }
}

/** Turns the pose about the object's centre by the rotation vector b[0..2] and shifts it by b[3..5]. */
function applyStep(pose: Float64Array, step: Float64Array): void {
  const angle = Math.hypot(step[0], step[1], step[2])
  const limit = angle > MAX_TURN ? MAX_TURN / angle : 1
  const D = rotationFromVector([step[0] * limit, step[1] * limit, step[2] * limit])
  const R = pose.slice(0, 9)
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) pose[3 * r + c] = D[3 * r] * R[c] + D[3 * r + 1] * R[3 + c] + D[3 * r + 2] * R[6 + c]
  }
  pose[9] += step[3]
  pose[10] += step[4]
  pose[11] += step[5]
}
