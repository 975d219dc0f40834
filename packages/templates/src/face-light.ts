import { invert, translationOf, type Transform } from '@sextant/geometry'
import { faceNormal } from '@sextant/mesh'
import type { RasterMesh } from '@sextant/raster'

/** The plane of every face, found once per object. */
export type FacePlanes = Float64Array

/**
 * Planes of the faces: [faceCount, 4] unit normal and distance n · A of the plane from the origin, mm, object; zeros for
 * a face without area.
 */
export function facePlanesOf(mesh: RasterMesh): FacePlanes {
  const { faceCount, faces, positions } = mesh
  const planes = new Float64Array(4 * faceCount)
  for (let face = 0; face < faceCount; face++) {
    const a = 3 * faces[3 * face]
    const [nx, ny, nz] = faceNormal(positions, faces[3 * face], faces[3 * face + 1], faces[3 * face + 2])
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz)
    if (!(length > 0)) continue
    planes[4 * face] = nx / length
    planes[4 * face + 1] = ny / length
    planes[4 * face + 2] = nz / length
    planes[4 * face + 3] = (nx * positions[a] + ny * positions[a + 1] + nz * positions[a + 2]) / length
  }
  return planes
}

/**
 * How far the light stands above each face, on the camera's side of it: for every point p of a flat face n · (L - p) is
 * the same, so it is found once per face instead of once per pixel.
 *
 * @param out     [faceCount] mm; 0 where the light is behind what the camera sees
 * @param lightZ  the light on the camera's axis, mm, template frame
 */
export function lightHeightsInto(
  out: Float64Array,
  planes: FacePlanes,
  pose: Transform<'template', 'object'>,
  lightZ: number,
): Float64Array {
  const T = pose
  // Camera and light in the object frame.
  const [eyeX, eyeY, eyeZ] = translationOf(invert(T))
  const lightX = eyeX + T[8] * lightZ
  const lightY = eyeY + T[9] * lightZ
  const lightZObject = eyeZ + T[10] * lightZ
  for (let face = 0, o = 0; face < out.length; face++, o += 4) {
    const nx = planes[o]
    const ny = planes[o + 1]
    const nz = planes[o + 2]
    const distance = planes[o + 3]
    const eye = nx * eyeX + ny * eyeY + nz * eyeZ - distance
    const light = nx * lightX + ny * lightY + nz * lightZObject - distance
    const height = eye < 0 ? -light : light
    out[face] = height > 0 ? height : 0
  }
  return out
}
