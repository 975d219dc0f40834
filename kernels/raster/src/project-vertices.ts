import type { PinholeCamera } from '@sextant/geometry'
import type { ScreenVertices } from './raster-target.ts'

/** Vertices projected farther out than this (px) are clipped, so that products of coordinates stay exact. */
export const GUARD_BAND = 8100

/** Sub-pixels per pixel and axis, and its logarithm. */
export const SUBPIXEL_BITS = 12
export const SUBPIXELS = 1 << SUBPIXEL_BITS

/**
 * Adding and subtracting 1.5 · 2^40 rounds to multiples of 2^-12 px. On that grid, and inside the guard band, edge
 * functions are integers below 2^53 square sub-pixels: every sign is exact, so shared edges leave no gap.
 * The rounding moves a vertex by at most 2^-13 px: below 1e-3 mm in depth unless a face is steeper than 8 mm per px.
 */
const SNAP = 1.5 * 2 ** 40

/** A pixel coordinate in sub-pixels, rounded. */
export function snapToGrid(value: number): number {
  return (value + SNAP - SNAP) * SUBPIXELS
}

/**
 * Projects all vertices. 1/z is NaN for a vertex before the near plane or outside the guard band.
 */
export function projectVerticesInto(
  out: ScreenVertices,
  positions: Float32Array,
  transform: Float64Array,
  camera: PinholeCamera,
  near: number,
): ScreenVertices {
  const { coordinates, inverseDepths } = out
  const { fx, fy, cx, cy } = camera
  const r00 = transform[0]
  const r01 = transform[1]
  const r02 = transform[2]
  const tx = transform[3]
  const r10 = transform[4]
  const r11 = transform[5]
  const r12 = transform[6]
  const ty = transform[7]
  const r20 = transform[8]
  const r21 = transform[9]
  const r22 = transform[10]
  const tz = transform[11]
  for (let i = 0, o = 0; i < positions.length; i += 3, o++) {
    const x = positions[i]
    const y = positions[i + 1]
    const z = positions[i + 2]
    const depth = r20 * x + r21 * y + r22 * z + tz
    const inverse = 1 / depth
    const u = fx * (r00 * x + r01 * y + r02 * z + tx) * inverse + cx + SNAP - SNAP
    const v = fy * (r10 * x + r11 * y + r12 * z + ty) * inverse + cy + SNAP - SNAP
    // Without meaning where 1/z says so.
    coordinates[2 * o] = u * SUBPIXELS
    coordinates[2 * o + 1] = v * SUBPIXELS
    inverseDepths[o] =
      depth >= near && u <= GUARD_BAND && u >= -GUARD_BAND && v <= GUARD_BAND && v >= -GUARD_BAND ? inverse : Number.NaN
  }
  return out
}
