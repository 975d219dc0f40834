import type { OrientedPoints } from './oriented-points.ts'

const MIN_LATERAL = 0.05

/**
 * Writes the orthonormal basis of an oriented pair: x along the connecting line, y along the sum (or the difference)
 * of the normals without their x part, z = x cross y. Rows x, y, z.
 *
 * @param mode  +1 sum, -1 difference, 0 choose the longer; the model side must use the scene side's choice
 * @returns the mode used, or 0 when both laterals vanish (the pair fixes no rotation about its line)
 */
export function pairBasisInto(
  out: Float64Array,
  points: OrientedPoints,
  first: number,
  second: number,
  mode: -1 | 0 | 1,
): -1 | 0 | 1 {
  const p = points.positions
  const n = points.normals
  const i = 3 * first
  const j = 3 * second
  let xx = p[j] - p[i]
  let xy = p[j + 1] - p[i + 1]
  let xz = p[j + 2] - p[i + 2]
  const length = Math.sqrt(xx * xx + xy * xy + xz * xz)
  if (length === 0) return 0
  xx /= length
  xy /= length
  xz /= length
  const d1 = n[i] * xx + n[i + 1] * xy + n[i + 2] * xz
  const d2 = n[j] * xx + n[j + 1] * xy + n[j + 2] * xz
  const ax = n[i] - d1 * xx
  const ay = n[i + 1] - d1 * xy
  const az = n[i + 2] - d1 * xz
  const bx = n[j] - d2 * xx
  const by = n[j + 1] - d2 * xy
  const bz = n[j + 2] - d2 * xz
  const dot = ax * bx + ay * by + az * bz
  const chosen = mode === 0 ? (dot >= 0 ? 1 : -1) : mode
  let yx = ax + chosen * bx
  let yy = ay + chosen * by
  let yz = az + chosen * bz
  const lateral = Math.sqrt(yx * yx + yy * yy + yz * yz)
  if (lateral < MIN_LATERAL) return 0
  yx /= lateral
  yy /= lateral
  yz /= lateral
  out[0] = xx
  out[1] = xy
  out[2] = xz
  out[3] = yx
  out[4] = yy
  out[5] = yz
  out[6] = xy * yz - xz * yy
  out[7] = xz * yx - xx * yz
  out[8] = xx * yy - xy * yx
  return chosen
}

/**
 * Pose that lays the model pair on the scene pair: R = Fs^T Fm with the bases as rows, midpoint onto midpoint.
 *
 * @param out     12 numbers at `offset`: rotation row-major, translation mm
 * @param cosine  smallest cosine allowed between a turned model normal and its scene normal
 * @returns false when a normal deviates too far
 */
export function poseFromPairInto(
  out: Float32Array,
  offset: number,
  scene: OrientedPoints,
  sceneFirst: number,
  sceneSecond: number,
  sceneBasis: Float64Array,
  model: OrientedPoints,
  modelFirst: number,
  modelSecond: number,
  modelBasis: Float64Array,
  cosine: number,
): boolean {
  const s = sceneBasis
  const m = modelBasis
  const r0 = s[0] * m[0] + s[3] * m[3] + s[6] * m[6]
  const r1 = s[0] * m[1] + s[3] * m[4] + s[6] * m[7]
  const r2 = s[0] * m[2] + s[3] * m[5] + s[6] * m[8]
  const r3 = s[1] * m[0] + s[4] * m[3] + s[7] * m[6]
  const r4 = s[1] * m[1] + s[4] * m[4] + s[7] * m[7]
  const r5 = s[1] * m[2] + s[4] * m[5] + s[7] * m[8]
  const r6 = s[2] * m[0] + s[5] * m[3] + s[8] * m[6]
  const r7 = s[2] * m[1] + s[5] * m[4] + s[8] * m[7]
  const r8 = s[2] * m[2] + s[5] * m[5] + s[8] * m[8]
  const mn = model.normals
  const sn = scene.normals
  for (let side = 0; side < 2; side++) {
    const i = 3 * (side === 0 ? modelFirst : modelSecond)
    const k = 3 * (side === 0 ? sceneFirst : sceneSecond)
    const nx = r0 * mn[i] + r1 * mn[i + 1] + r2 * mn[i + 2]
    const ny = r3 * mn[i] + r4 * mn[i + 1] + r5 * mn[i + 2]
    const nz = r6 * mn[i] + r7 * mn[i + 1] + r8 * mn[i + 2]
    if (nx * sn[k] + ny * sn[k + 1] + nz * sn[k + 2] < cosine) return false
  }
  const mp = model.positions
  const sp = scene.positions
  const i = 3 * modelFirst
  const j = 3 * modelSecond
  const k = 3 * sceneFirst
  const l = 3 * sceneSecond
  const mx = (mp[i] + mp[j]) / 2
  const my = (mp[i + 1] + mp[j + 1]) / 2
  const mz = (mp[i + 2] + mp[j + 2]) / 2
  out[offset] = r0
  out[offset + 1] = r1
  out[offset + 2] = r2
  out[offset + 3] = r3
  out[offset + 4] = r4
  out[offset + 5] = r5
  out[offset + 6] = r6
  out[offset + 7] = r7
  out[offset + 8] = r8
  out[offset + 9] = (sp[k] + sp[l]) / 2 - (r0 * mx + r1 * my + r2 * mz)
  out[offset + 10] = (sp[k + 1] + sp[l + 1]) / 2 - (r3 * mx + r4 * my + r5 * mz)
  out[offset + 11] = (sp[k + 2] + sp[l + 2]) / 2 - (r6 * mx + r7 * my + r8 * mz)
  return true
}
