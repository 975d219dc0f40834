import { invert, translationOf, type PinholeCamera, type Transform } from '@sextant/geometry'
import type { Picture, RasterMesh } from '@sextant/raster'
import { LIGHT_GAIN } from './recipe.ts'
import { LINEAR_OF_SRGB, srgbByteOf } from './srgb.ts'

/** One picture to be shaded. */
export interface ShadingScene {
  readonly mesh: RasterMesh
  readonly pose: Transform<'template', 'object'>
  /** of the samples */
  readonly camera: PinholeCamera
  /** z of the light in the template frame, mm; negative, behind the camera */
  readonly lightZ: number
  /** light to object origin, mm */
  readonly lightDistance: number
  /** [faceCount] mm: lightHeightsInto */
  readonly lightHeights: Float64Array
  /** of a mesh without colours, linear 0..1 */
  readonly uniformReflectance: number
}

/**
 * What a sample of reflectance 1 adds to its pixel is this · height / distance³, with the light's height above the face and
 * its distance from the point, mm.
 */
export function sampleStrength(lightDistance: number, factor: number): number {
  return (LIGHT_GAIN * lightDistance * lightDistance) / (factor * factor)
}

/**
 * Lambertian shading by the point light, reflectance · gain · cos · (d0 / d)^2, averaged in linear light over
 * factor x factor samples a pixel and written as sRGB; samples that see nothing are black.
 *
 * One walk over the samples without an image in between: of a flat face only the distance to the light, and the vertex
 * colours if there are any, change from sample to sample.
 *
 * @param out      [height, width, 3] zeros; a sample image has factor times as many a side
 * @param picture  depth and triangle ids of the samples
 * @cost   O(samples of the covered box), none of which allocates
 */
export function shadeInto(out: Uint8Array, picture: Picture, factor: number, scene: ShadingScene): void {
  const { coverage, depths, triangleIds, width } = picture
  const { camera, lightHeights, lightZ, mesh, pose: T, uniformReflectance } = scene
  const { colors, faces, positions } = mesh
  const outWidth = width / factor
  const stepX = 1 / camera.fx
  const stepY = 1 / camera.fy
  const strength = sampleStrength(scene.lightDistance, factor)
  const [eyeX, eyeY, eyeZ] = translationOf(invert(T))
  let weighed = -1
  let a = 0
  let b = 0
  let c = 0
  // B × C, C × A, A × B of the corners as seen from the camera, object frame: with ray r, weight of A ∝ r · (B × C).
  let ax = 0
  let ay = 0
  let az = 0
  let bx = 0
  let by = 0
  let bz = 0
  let cx = 0
  let cy = 0
  let cz = 0
  const lastRow = Math.ceil(coverage.y1 / factor)
  const lastColumn = Math.ceil(coverage.x1 / factor)
  for (let row = Math.floor(coverage.y0 / factor); row < lastRow; row++) {
    for (let column = Math.floor(coverage.x0 / factor); column < lastColumn; column++) {
      let red = 0
      let green = 0
      let blue = 0
      for (let y = row * factor; y < (row + 1) * factor; y++) {
        const ry = (y - camera.cy) * stepY
        for (let x = column * factor; x < (column + 1) * factor; x++) {
          const o = y * width + x
          const z = depths[o]
          if (z === 0) continue
          const id = triangleIds[o]
          const rx = (x - camera.cx) * stepX
          const lz = lightZ - z
          const squared = (rx * rx + ry * ry) * z * z + lz * lz
          const irradiance = (strength * lightHeights[id]) / (squared * Math.sqrt(squared))
          if (colors === null) {
            red += irradiance
            continue
          }
          if (id !== weighed) {
            weighed = id
            a = 3 * faces[3 * id]
            b = 3 * faces[3 * id + 1]
            c = 3 * faces[3 * id + 2]
            const Ax = positions[a] - eyeX
            const Ay = positions[a + 1] - eyeY
            const Az = positions[a + 2] - eyeZ
            const Bx = positions[b] - eyeX
            const By = positions[b + 1] - eyeY
            const Bz = positions[b + 2] - eyeZ
            const Cx = positions[c] - eyeX
            const Cy = positions[c + 1] - eyeY
            const Cz = positions[c + 2] - eyeZ
            ax = By * Cz - Bz * Cy
            ay = Bz * Cx - Bx * Cz
            az = Bx * Cy - By * Cx
            bx = Cy * Az - Cz * Ay
            by = Cz * Ax - Cx * Az
            bz = Cx * Ay - Cy * Ax
            cx = Ay * Bz - Az * By
            cy = Az * Bx - Ax * Bz
            cz = Ax * By - Ay * Bx
          }
          const ux = T[0] * rx + T[4] * ry + T[8]
          const uy = T[1] * rx + T[5] * ry + T[9]
          const uz = T[2] * rx + T[6] * ry + T[10]
          let wa = ax * ux + ay * uy + az * uz
          let wb = bx * ux + by * uy + bz * uz
          let wc = cx * ux + cy * uy + cz * uz
          // The three have one sign on the face; a sample on its edge may lie outside by a hair.
          const sign = wa + wb + wc < 0 ? -1 : 1
          wa = Math.max(0, wa * sign)
          wb = Math.max(0, wb * sign)
          wc = Math.max(0, wc * sign)
          const scale = 1 / (wa + wb + wc)
          wa *= scale
          wb *= scale
          wc *= scale
          red += irradiance * LINEAR_OF_SRGB[(wa * colors[a] + wb * colors[b] + wc * colors[c] + 0.5) | 0]
          green += irradiance * LINEAR_OF_SRGB[(wa * colors[a + 1] + wb * colors[b + 1] + wc * colors[c + 1] + 0.5) | 0]
          blue += irradiance * LINEAR_OF_SRGB[(wa * colors[a + 2] + wb * colors[b + 2] + wc * colors[c + 2] + 0.5) | 0]
        }
      }
      const o3 = 3 * (row * outWidth + column)
      if (colors === null) {
        const byte = srgbByteOf(red * uniformReflectance)
        out[o3] = byte
        out[o3 + 1] = byte
        out[o3 + 2] = byte
      } else {
        out[o3] = srgbByteOf(red)
        out[o3 + 1] = srgbByteOf(green)
        out[o3 + 2] = srgbByteOf(blue)
      }
    }
  }
}
