import type { PinholeCamera } from '@sextant/geometry'
import type { RasterTarget } from '@sextant/raster'
import { LIGHT_GAIN } from './recipe.ts'
import { LINEAR_OF_SRGB, srgbByteOf } from './srgb.ts'

/** The light, and the material of a mesh without colours. */
export interface ShadingScene {
  /** z of the light in the template frame, mm; negative, behind the camera */
  readonly lightZ: number
  /** light to object origin, mm */
  readonly lightDistance: number
  /** linear 0..1 */
  readonly uniformReflectance: number
}

/**
 * Lambertian shading by the point light of every covered pixel: reflectance · gain · cos · (d0 / d)^2.
 *
 * @param radiance  [height, width, 3] linear; written where the target is covered, untouched elsewhere
 * @param target    depth and normals, colours or none
 */
export function accumulateShading(
  radiance: Float32Array,
  target: RasterTarget,
  camera: PinholeCamera,
  scene: ShadingScene,
): void {
  const { coverage, depths, normals, width } = target
  const colors = target.colors.length > 0 ? target.colors : null
  const strength = LIGHT_GAIN * scene.lightDistance * scene.lightDistance
  for (let y = coverage.y0; y < coverage.y1; y++) {
    for (let x = coverage.x0; x < coverage.x1; x++) {
      const o = y * width + x
      const z = depths[o]
      if (z === 0) continue
      const o3 = 3 * o
      const px = ((x - camera.cx) / camera.fx) * z
      const py = ((y - camera.cy) / camera.fy) * z
      const lz = scene.lightZ - z
      const squared = px * px + py * py + lz * lz
      const facing = -normals[o3] * px - normals[o3 + 1] * py + normals[o3 + 2] * lz
      const irradiance = facing > 0 ? (strength * facing) / (squared * Math.sqrt(squared)) : 0
      if (colors === null) {
        const value = irradiance * scene.uniformReflectance
        radiance[o3] = value
        radiance[o3 + 1] = value
        radiance[o3 + 2] = value
      } else {
        radiance[o3] = irradiance * LINEAR_OF_SRGB[colors[o3]]
        radiance[o3 + 1] = irradiance * LINEAR_OF_SRGB[colors[o3 + 1]]
        radiance[o3 + 2] = irradiance * LINEAR_OF_SRGB[colors[o3 + 2]]
      }
    }
  }
}

/**
 * Mean light of factor x factor samples as sRGB; samples that see nothing are black.
 *
 * @param out     [height, outWidth, 3] zeros
 * @param target  the samples' depth tells which radiance is valid
 */
export function averageSamples(
  out: Uint8Array,
  radiance: Float32Array,
  target: RasterTarget,
  factor: number,
  outWidth: number,
): void {
  const { coverage, depths, width } = target
  const share = 1 / (factor * factor)
  const lastRow = Math.ceil(coverage.y1 / factor)
  const lastColumn = Math.ceil(coverage.x1 / factor)
  for (let y = Math.floor(coverage.y0 / factor); y < lastRow; y++) {
    for (let x = Math.floor(coverage.x0 / factor); x < lastColumn; x++) {
      let red = 0
      let green = 0
      let blue = 0
      for (let j = 0; j < factor; j++) {
        const row = (y * factor + j) * width + x * factor
        for (let o = row; o < row + factor; o++) {
          if (depths[o] === 0) continue
          red += radiance[3 * o]
          green += radiance[3 * o + 1]
          blue += radiance[3 * o + 2]
        }
      }
      const o3 = 3 * (y * outWidth + x)
      out[o3] = srgbByteOf(red * share)
      out[o3 + 1] = srgbByteOf(green * share)
      out[o3 + 2] = srgbByteOf(blue * share)
    }
  }
}
