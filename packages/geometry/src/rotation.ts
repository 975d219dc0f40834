import { cross, normalize, type Vector3 } from './vector3.ts'

/** Rotation by `angle` (rad) about a unit `axis`; row-major 3x3. Rodrigues' formula. */
export function rotationAbout(axis: ArrayLike<number>, angle: number): number[] {
  const [x, y, z] = normalize(axis)
  const c = Math.cos(angle)
  const s = Math.sin(angle)
  const k = 1 - c
  return [
    c + x * x * k,
    x * y * k - z * s,
    x * z * k + y * s,
    y * x * k + z * s,
    c + y * y * k,
    y * z * k - x * s,
    z * x * k - y * s,
    z * y * k + x * s,
    c + z * z * k,
  ]
}

/** Rotation of a rotation vector (axis · angle, rad); row-major 3x3. */
export function rotationFromVector(vector: ArrayLike<number>): number[] {
  const angle = Math.sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2])
  return angle === 0 ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : rotationAbout(vector, angle)
}

/** a · b, row-major 3x3. */
export function multiplyRotations(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  const out = new Array<number>(9)
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) out[3 * r + c] = a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c]
  }
  return out
}

/** Angle between two rotations (row-major 3x3), rad in [0, pi]. */
export function rotationAngleBetween(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let trace = 0
  for (let i = 0; i < 9; i++) trace += a[i] * b[i]
  return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)))
}

/** Quaternion (x, y, z, w), w >= 0, of a row-major 3x3 rotation. Shepperd's method. */
export function quaternionOf(R: ArrayLike<number>): [number, number, number, number] {
  const trace = R[0] + R[4] + R[8]
  let q: [number, number, number, number]
  if (trace > 0) {
    const s = 2 * Math.sqrt(trace + 1)
    q = [(R[7] - R[5]) / s, (R[2] - R[6]) / s, (R[3] - R[1]) / s, s / 4]
  } else if (R[0] > R[4] && R[0] > R[8]) {
    const s = 2 * Math.sqrt(1 + R[0] - R[4] - R[8])
    q = [s / 4, (R[1] + R[3]) / s, (R[2] + R[6]) / s, (R[7] - R[5]) / s]
  } else if (R[4] > R[8]) {
    const s = 2 * Math.sqrt(1 + R[4] - R[0] - R[8])
    q = [(R[1] + R[3]) / s, s / 4, (R[5] + R[7]) / s, (R[2] - R[6]) / s]
  } else {
    const s = 2 * Math.sqrt(1 + R[8] - R[0] - R[4])
    q = [(R[2] + R[6]) / s, (R[5] + R[7]) / s, s / 4, (R[3] - R[1]) / s]
  }
  const n = Math.hypot(...q) * (q[3] < 0 ? -1 : 1)
  return [q[0] / n, q[1] / n, q[2] / n, q[3] / n]
}

/** The nearest proper rotation by Gram-Schmidt on the rows; removes the drift of repeated products. */
export function orthonormalize(R: ArrayLike<number>): number[] {
  const x = normalize([R[0], R[1], R[2]])
  const d = x[0] * R[3] + x[1] * R[4] + x[2] * R[5]
  const y: Vector3 = normalize([R[3] - d * x[0], R[4] - d * x[1], R[5] - d * x[2]])
  return [...x, ...y, ...cross(x, y)]
}
