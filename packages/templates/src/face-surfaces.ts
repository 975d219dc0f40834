import { faceNormal } from '@sextant/mesh'
import type { RasterMesh } from '@sextant/raster'
import { LINEAR_OF_SRGB } from './srgb.ts'

/** Linear functions of a point that a face holds when it has no colours: its plane. */
const PLANE_ONLY = 4
/** Plane, red, green and blue. */
const PLANE_AND_COLOR = 16

/**
 * What shading needs of every face, found once per object, so that a sample costs no corner: linear functions
 * g · p + d of a point p on the face, mm, object.
 *
 * [faceCount, 4] the unit normal and minus its plane's distance from the origin: how far a point lies above the face.
 * With vertex colours [faceCount, 16]: then red, green and blue, linear light 0..1, which agree with the corners.
 * Zeros, and the first corner's colour, for a face without area.
 */
export function faceSurfacesOf(mesh: RasterMesh): Float32Array<ArrayBuffer> {
  const { colors, faceCount, faces, positions } = mesh
  const stride = colors === null ? PLANE_ONLY : PLANE_AND_COLOR
  const surfaces = new Float32Array(stride * faceCount)
  for (let face = 0; face < faceCount; face++) {
    const a = 3 * faces[3 * face]
    const b = 3 * faces[3 * face + 1]
    const c = 3 * faces[3 * face + 2]
    const o = stride * face
    const [nx, ny, nz] = faceNormal(positions, a / 3, b / 3, c / 3)
    const squared = nx * nx + ny * ny + nz * nz
    const x = positions[a]
    const y = positions[a + 1]
    const z = positions[a + 2]
    if (squared > 0) {
      const scale = 1 / Math.sqrt(squared)
      surfaces[o] = nx * scale
      surfaces[o + 1] = ny * scale
      surfaces[o + 2] = nz * scale
      surfaces[o + 3] = -(nx * x + ny * y + nz * z) * scale
    }
    if (colors === null) continue
    // Gradients of the weights of B and C: (C - A) × n / n² and n × (B - A) / n².
    const inverse = squared > 0 ? 1 / squared : 0
    const bx = (positions[b] - x) * inverse
    const by = (positions[b + 1] - y) * inverse
    const bz = (positions[b + 2] - z) * inverse
    const cx = (positions[c] - x) * inverse
    const cy = (positions[c + 1] - y) * inverse
    const cz = (positions[c + 2] - z) * inverse
    for (let k = 0; k < 3; k++) {
      const first = LINEAR_OF_SRGB[colors[a + k]]
      const toB = LINEAR_OF_SRGB[colors[b + k]] - first
      const toC = LINEAR_OF_SRGB[colors[c + k]] - first
      const gx = toB * (cy * nz - cz * ny) + toC * (ny * bz - nz * by)
      const gy = toB * (cz * nx - cx * nz) + toC * (nz * bx - nx * bz)
      const gz = toB * (cx * ny - cy * nx) + toC * (nx * by - ny * bx)
      const at = o + 4 * (k + 1)
      surfaces[at] = gx
      surfaces[at + 1] = gy
      surfaces[at + 2] = gz
      surfaces[at + 3] = first - (gx * x + gy * y + gz * z)
    }
  }
  return surfaces
}
