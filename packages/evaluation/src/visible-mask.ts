import type { CameraFromObject, Frame, Mask, TriangleMesh } from '@sextant/geometry'
import { createRasterMesh, createRasterTarget, renderInto } from '@sextant/raster'

/** Largest difference between rendered and measured depth of a visible pixel, mm. */
export const VISIBLE_TOLERANCE_MM = 15

/** The pixels where the object is rendered in this pose and the sensor measures about the same depth. */
export function visibleMask(frame: Frame, mesh: TriangleMesh, cameraFromObject: CameraFromObject): Mask {
  const { width, height, data: measured } = frame.depth
  const target = createRasterTarget(width, height)
  renderInto(target, createRasterMesh(mesh), cameraFromObject, frame.camera)
  const data = new Uint8Array(width * height)
  target.depths.forEach((rendered, i) => {
    const seen = measured[i]
    if (rendered > 0 && seen > 0 && Math.abs(seen - rendered) < VISIBLE_TOLERANCE_MM) data[i] = 1
  })
  return { width, height, data }
}
