import type { Vector3 } from './vector3.ts'

declare const frame: unique symbol

/** Names of the coordinate frames; see docs/formats/frames-and-units.md. */
export type CoordinateFrame = 'object' | 'camera' | 'template' | 'world' | 'depth'

/**
 * A rigid transform: maps points given in `From` to `To`, `p_to = T · p_from`.
 *
 * 16 numbers, row-major 4x4, element (r, c) at `4r + c`; translation in mm.
 * The brand is a function type, which makes it invariant: composing in the wrong order does not compile.
 */
export type Transform<To extends CoordinateFrame, From extends CoordinateFrame> = Float64Array & {
  readonly [frame]: (t: [To, From]) => [To, From]
}

export type CameraFromObject = Transform<'camera', 'object'>

/** The identity. */
export function createTransform<To extends CoordinateFrame, From extends CoordinateFrame>(): Transform<To, From> {
  const out = new Float64Array(16) as Transform<To, From>
  out[0] = out[5] = out[10] = out[15] = 1
  return out
}

/**
 * @param rotation     9 numbers, row-major
 * @param translation  3 numbers, mm
 */
export function transformFrom<To extends CoordinateFrame, From extends CoordinateFrame>(
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
): Transform<To, From> {
  if (rotation.length !== 9) throw new RangeError(`rotation has ${rotation.length} numbers, expected 9`)
  if (translation.length !== 3) throw new RangeError(`translation has ${translation.length} numbers, expected 3`)
  const out = createTransform<To, From>()
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) out[4 * r + c] = rotation[3 * r + c]
    out[4 * r + 3] = translation[r]
  }
  return out
}

/** The same 16 numbers as a transform; the buffer is copied. */
export function transformFromMatrix<To extends CoordinateFrame, From extends CoordinateFrame>(
  matrix: ArrayLike<number>,
): Transform<To, From> {
  if (matrix.length !== 16) throw new RangeError(`matrix has ${matrix.length} numbers, expected 16`)
  return Float64Array.from(matrix) as Transform<To, From>
}

/** `a_from_b · b_from_c = a_from_c`; `out` may alias neither input. */
export function composeInto<A extends CoordinateFrame, B extends CoordinateFrame, C extends CoordinateFrame>(
  out: Float64Array,
  ab: Transform<A, B>,
  bc: Transform<B, C>,
): Transform<A, C> {
  for (let r = 0; r < 3; r++) {
    const a0 = ab[4 * r]
    const a1 = ab[4 * r + 1]
    const a2 = ab[4 * r + 2]
    for (let c = 0; c < 4; c++) {
      out[4 * r + c] = a0 * bc[c] + a1 * bc[4 + c] + a2 * bc[8 + c] + (c === 3 ? ab[4 * r + 3] : 0)
    }
  }
  out[12] = out[13] = out[14] = 0
  out[15] = 1
  return out as Transform<A, C>
}

/** `a_from_b · b_from_c = a_from_c` */
export function compose<A extends CoordinateFrame, B extends CoordinateFrame, C extends CoordinateFrame>(
  ab: Transform<A, B>,
  bc: Transform<B, C>,
): Transform<A, C> {
  return composeInto(new Float64Array(16), ab, bc)
}

/** Rigid inverse: rotation transposed, translation turned back. */
export function invert<A extends CoordinateFrame, B extends CoordinateFrame>(ab: Transform<A, B>): Transform<B, A> {
  const out = createTransform<B, A>()
  for (let r = 0; r < 3; r++) {
    for (let c = 0; c < 3; c++) out[4 * r + c] = ab[4 * c + r]
    out[4 * r + 3] = -(ab[r] * ab[3] + ab[4 + r] * ab[7] + ab[8 + r] * ab[11])
  }
  return out
}

/** Maps one point, `out = T · p`; `out` may alias `point`. */
export function transformPointInto(out: Vector3, transform: Float64Array, point: ArrayLike<number>): Vector3 {
  const x = point[0]
  const y = point[1]
  const z = point[2]
  out[0] = transform[0] * x + transform[1] * y + transform[2] * z + transform[3]
  out[1] = transform[4] * x + transform[5] * y + transform[6] * z + transform[7]
  out[2] = transform[8] * x + transform[9] * y + transform[10] * z + transform[11]
  return out
}

/** Maps [n, 3] points into `out`; aliasing allowed. */
export function transformPointsInto<T extends Float32Array | Float64Array>(
  out: T,
  transform: Float64Array,
  points: ArrayLike<number>,
): T {
  if (out.length !== points.length) throw new RangeError(`out has ${out.length} numbers, points ${points.length}`)
  const [r00, r01, r02, tx, r10, r11, r12, ty, r20, r21, r22, tz] = transform
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]
    const y = points[i + 1]
    const z = points[i + 2]
    out[i] = r00 * x + r01 * y + r02 * z + tx
    out[i + 1] = r10 * x + r11 * y + r12 * z + ty
    out[i + 2] = r20 * x + r21 * y + r22 * z + tz
  }
  return out
}

/** The 3x3 rotation, row-major, 9 numbers. */
export function rotationOf(transform: Float64Array): number[] {
  return [
    transform[0],
    transform[1],
    transform[2],
    transform[4],
    transform[5],
    transform[6],
    transform[8],
    transform[9],
    transform[10],
  ]
}

/** The translation, 3 numbers, mm. */
export function translationOf(transform: Float64Array): Vector3 {
  return [transform[3], transform[7], transform[11]]
}
