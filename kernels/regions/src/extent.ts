import type { Surface } from '@sextant/surface'
import { DIRECTIONS } from './region-tree.ts'

/** Share of the pixels left out on each side of each direction. */
const TRIM = 0.03
/** Pixels looked at. */
const SAMPLES = 160

/**
 * Diameter of the surface under some pixels without their outermost 3 %, mm: the widest of 13 directions. A strip of
 * the neighbour or a few flying pixels change it little; compare it only with extents measured the same way.
 *
 * @param pixels  grid indices; those without depth or normal are skipped (flying pixels have none)
 * @returns 0 when nothing is measured
 */
export function robustExtent(surface: Surface, pixels: Int32Array): number {
  const { width, depths, normals, camera } = surface
  const stride = Math.max(1, Math.floor(pixels.length / SAMPLES))
  const points: number[] = []
  for (let k = 0; k < pixels.length; k += stride) {
    const i = pixels[k]
    const z = depths[i]
    if (!(z > 0) || normals[3 * i + 2] === 0) continue
    const u = i % width
    points.push(((u - camera.cx) / camera.fx) * z, (((i - u) / width - camera.cy) / camera.fy) * z, z)
  }
  if (points.length === 0) return 0
  const projections = new Float64Array(points.length / 3)
  const cut = Math.floor(TRIM * projections.length)
  let extent = 0
  for (let d = 0; d < DIRECTIONS.length; d += 3) {
    for (let k = 0, i = 0; i < projections.length; i++, k += 3) {
      projections[i] = DIRECTIONS[d] * points[k] + DIRECTIONS[d + 1] * points[k + 1] + DIRECTIONS[d + 2] * points[k + 2]
    }
    projections.sort()
    extent = Math.max(extent, projections[projections.length - 1 - cut] - projections[cut])
  }
  return extent
}
