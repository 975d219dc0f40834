import type { CameraFromObject, Frame, PinholeCamera } from '@sextant/geometry'
import { createRasterTarget, renderInto, type RasterMesh, type RasterTarget } from '@sextant/raster'

/** Misalignment tolerances in diameters, and thresholds of the error. @source Hodaň et al. 2020, section 2.2 */
export const VSD_TOLERANCES: readonly number[] = Array.from({ length: 10 }, (_, k) => (k + 1) / 20)
/** Tolerance of the visibility test, mm. */
export const VSD_VISIBILITY_MM = 15

/** Two image-size targets, reused over calls. */
export interface VsdWorkspace {
  readonly estimate: RasterTarget
  readonly truth: RasterTarget
}

export function createVsdWorkspace({ width, height }: PinholeCamera): VsdWorkspace {
  return { estimate: createRasterTarget(width, height), truth: createRasterTarget(width, height) }
}

/**
 * Visible surface discrepancy for each tolerance, 0..1: the share of pixels, of those where either pose shows the
 * object, that only one shows or whose distances differ by the tolerance or more. A pixel shows the object when the
 * frame measures nothing nearer than 15 mm before it (or nothing at all); under the estimate also where the truth does.
 *
 * @param diameter  mm
 * @source Hodaň et al. 2020, BOP Challenge, section 2.2
 */
export function vsdOf(
  ws: VsdWorkspace,
  frame: Frame,
  mesh: RasterMesh,
  estimate: CameraFromObject,
  truth: CameraFromObject,
  diameter: number,
): number[] {
  const { camera, depth } = frame
  renderInto(ws.estimate, mesh, estimate, camera)
  renderInto(ws.truth, mesh, truth, camera)
  const differences: number[] = []
  let union = 0
  for (let y = 0, i = 0; y < camera.height; y++) {
    const ry = (y - camera.cy) / camera.fy
    for (let x = 0; x < camera.width; x++, i++) {
      const e = ws.estimate.depths[i]
      const t = ws.truth.depths[i]
      if (e === 0 && t === 0) continue
      const rx = (x - camera.cx) / camera.fx
      const range = Math.sqrt(rx * rx + ry * ry + 1)
      const measured = depth.data[i]
      const shows = (z: number): boolean => z > 0 && (measured === 0 || (z - measured) * range <= VSD_VISIBILITY_MM)
      const inTruth = shows(t)
      const inEstimate = shows(e) || (inTruth && e > 0)
      if (!inTruth && !inEstimate) continue
      union++
      if (inTruth && inEstimate) differences.push(Math.abs(e - t) * range)
    }
  }
  if (union === 0) return VSD_TOLERANCES.map(() => 1)
  return VSD_TOLERANCES.map((tolerance) => {
    const agreeing = differences.filter((difference) => difference < tolerance * diameter).length
    return 1 - agreeing / union
  })
}

/** AR_VSD: recall averaged over the tolerances and the thresholds .05 to .5; NaN without rows. */
export function averageRecallVsd(rows: readonly (readonly number[])[]): number {
  let sum = 0
  for (const row of rows) {
    for (const error of row) for (const threshold of VSD_TOLERANCES) if (error < threshold) sum++
  }
  return sum / (rows.length * VSD_TOLERANCES.length ** 2)
}
