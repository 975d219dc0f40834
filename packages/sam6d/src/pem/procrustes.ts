/** A rigid motion, reference = R · source + t. */
export interface RigidFit {
  /** [9] row-major */
  readonly rotation: Float64Array
  /** [3] */
  readonly translation: Float64Array
}

/**
 * Weighted rigid fit. The sum of weights gets 1e-5 added before dividing, as in the official code: centroids shrink by that
 * much, and the trained network expects it.
 *
 * @param source     [n, 3]
 * @param reference  [n, 3]
 * @param weights    [n]; all 1 when absent
 * @param indices    rows of source and reference to use; all when absent
 * @source Kabsch 1976 through Horn 1987's quaternion: equal for rank 2 and 3, defined for less
 */
export function fitRigid(
  source: Float32Array | Float64Array,
  reference: Float32Array | Float64Array,
  weights?: Float32Array | Float64Array,
  indices?: { readonly source: Int32Array; readonly reference: Int32Array },
): RigidFit {
  const n = indices === undefined ? source.length / 3 : indices.source.length
  let total = 0
  for (let i = 0; i < n; i++) total += weights === undefined ? 1 : weights[i]
  const scale = 1 / (total + 1e-5)
  const cs = [0, 0, 0]
  const cr = [0, 0, 0]
  const rowOf = (list: Int32Array | undefined, i: number): number => 3 * (list === undefined ? i : list[i])
  for (let i = 0; i < n; i++) {
    const w = (weights === undefined ? 1 : weights[i]) * scale
    const s = rowOf(indices?.source, i)
    const r = rowOf(indices?.reference, i)
    for (let axis = 0; axis < 3; axis++) {
      cs[axis] += w * source[s + axis]
      cr[axis] += w * reference[r + axis]
    }
  }
  const H = new Float64Array(9)
  for (let i = 0; i < n; i++) {
    const w = (weights === undefined ? 1 : weights[i]) * scale
    const s = rowOf(indices?.source, i)
    const r = rowOf(indices?.reference, i)
    for (let a = 0; a < 3; a++) {
      const value = w * (source[s + a] - cs[a])
      for (let b = 0; b < 3; b++) H[3 * a + b] += value * (reference[r + b] - cr[b])
    }
  }
  const rotation = rotationFromCovariance(H)
  const translation = new Float64Array(3)
  for (let a = 0; a < 3; a++) {
    translation[a] = cr[a] - (rotation[3 * a] * cs[0] + rotation[3 * a + 1] * cs[1] + rotation[3 * a + 2] * cs[2])
  }
  return { rotation, translation }
}

/**
 * The rotation R that maximises trace(R H), H = Σ w s rᵀ: the eigenvector of the largest eigenvalue of Horn's 4 x 4 matrix.
 *
 * @param H  [9] row-major
 */
export function rotationFromCovariance(H: Float64Array): Float64Array {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = H
  const N = Float64Array.of(
    ...[xx + yy + zz, yz - zy, zx - xz, xy - yx],
    ...[yz - zy, xx - yy - zz, xy + yx, zx + xz],
    ...[zx - xz, xy + yx, -xx + yy - zz, yz + zy],
    ...[xy - yx, zx + xz, yz + zy, -xx - yy + zz],
  )
  const [w, x, y, z] = largestEigenvector4(N)
  return Float64Array.of(
    ...[w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
    ...[2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
    ...[2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
  )
}

/** Cyclic Jacobi on a symmetric 4 x 4 matrix; overwritten. @source Golub & Van Loan, Matrix Computations, 8.5 */
function largestEigenvector4(a: Float64Array): [number, number, number, number] {
  const v = Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)
  for (let sweep = 0; sweep < 40; sweep++) {
    let off = 0
    let diagonal = 0
    for (let p = 0; p < 4; p++) {
      diagonal += a[5 * p] * a[5 * p]
      for (let q = p + 1; q < 4; q++) off += a[4 * p + q] * a[4 * p + q]
    }
    if (off <= 1e-32 * diagonal) break
    for (let p = 0; p < 3; p++) for (let q = p + 1; q < 4; q++) rotate(a, v, p, q)
  }
  let best = 0
  for (let i = 1; i < 4; i++) if (a[5 * i] > a[5 * best]) best = i
  return [v[best], v[4 + best], v[8 + best], v[12 + best]]
}

function rotate(a: Float64Array, v: Float64Array, p: number, q: number): void {
  const apq = a[4 * p + q]
  if (apq === 0) return
  const theta = (a[5 * q] - a[5 * p]) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < 4; k++) {
    const kp = a[4 * k + p]
    const kq = a[4 * k + q]
    a[4 * k + p] = c * kp - s * kq
    a[4 * k + q] = s * kp + c * kq
  }
  for (let k = 0; k < 4; k++) {
    const pk = a[4 * p + k]
    const qk = a[4 * q + k]
    a[4 * p + k] = c * pk - s * qk
    a[4 * q + k] = s * pk + c * qk
    const vp = v[4 * k + p]
    const vq = v[4 * k + q]
    v[4 * k + p] = c * vp - s * vq
    v[4 * k + q] = s * vp + c * vq
  }
}
