import type { PinholeCamera, Transform } from '@sextant/geometry'
import type { Picture, SampleLight } from '@sextant/raster'
import { srgbByteOf } from './srgb.ts'

/** One picture to be shaded. */
export interface ShadingScene extends Omit<SampleLight, 'srgbOfLinear'> {
  readonly pose: Transform<'template', 'object'>
  /** of the samples */
  readonly camera: PinholeCamera
  /** faceSurfacesOf */
  readonly surfaces: Float32Array
  readonly faceCount: number
}

/**
 * Lambertian shading by the point light, reflectance · gain · cos · (d0 / d)^2, written as sRGB; samples that see nothing
 * are black. Vertex colours are interpolated in linear light.
 *
 * With as many samples as pixels each pixel is its own sample. With one more a side, samples at the corners of pixels,
 * each pixel is the mean of its four in linear light: a tent of two pixels' width, at the cost of one sample a pixel.
 *
 * @param out      [height, width, 3] zeros
 * @param size     of `out`, pixels
 * @param picture  depth and triangle ids of the samples
 * @cost   O(samples of the covered box), none of which allocates
 */
export function shadeInto(
  out: Uint8Array,
  size: { readonly width: number; readonly height: number },
  picture: Picture,
  scene: ShadingScene,
): void {
  const { x0, x1, y0, y1 } = picture.coverage
  const { height, width } = size
  const reach = picture.width - width
  let upper = new Float32Array(3 * picture.width)
  let lower = new Float32Array(3 * picture.width)
  for (let y = Math.max(0, y0 - reach); y < Math.min(y1, height); y++) {
    if (reach === 0) radianceRowInto(upper, picture, y, scene)
    else {
      // Of the first row there is no upper one yet.
      if (y === Math.max(0, y0 - 1)) radianceRowInto(lower, picture, y, scene)
      const last = upper
      upper = lower
      lower = last
      radianceRowInto(lower, picture, y + 1, scene)
    }
    for (let x = Math.max(0, x0 - reach); x < Math.min(x1, width); x++) {
      const o3 = 3 * (y * width + x)
      for (let k = 0; k < 3; k++) {
        const s = 3 * x + k
        out[o3 + k] = srgbByteOf(reach === 0 ? upper[s] : upper[s] + upper[s + 3] + (lower[s] + lower[s + 3]))
      }
    }
  }
}

/**
 * What a row of samples reflects to the camera, linear light, as its part of a pixel.
 *
 * For every point of a flat face the light's height above it is the same: a cosine is that height by the distance.
 */
function radianceRowInto(
  out: Float32Array,
  { coverage, depths, triangleIds, width }: Picture,
  y: number,
  { camera, eye, faceCount, light, lightZ, pose: T, strength, surfaces, uniformReflectance }: ShadingScene,
): void {
  out.fill(0)
  if (y < coverage.y0 || y >= coverage.y1) return
  const stride = surfaces.length / faceCount
  const stepX = 1 / camera.fx
  const ry = (y - camera.cy) * (1 / camera.fy)
  for (let x = coverage.x0; x < coverage.x1; x++) {
    const o = y * width + x
    const z = depths[o]
    if (z === 0) continue
    const s = stride * triangleIds[o]
    const rx = (x - camera.cx) * stepX
    const lz = lightZ - z
    const squared = (rx * rx + ry * ry) * z * z + lz * lz
    // Above what the camera sees of the face; none where the light stands behind that.
    const above = linearAt(surfaces, s, light[0], light[1], light[2])
    const height = Math.max(0, linearAt(surfaces, s, eye[0], eye[1], eye[2]) < 0 ? -above : above)
    const irradiance = (strength * height) / (squared * Math.sqrt(squared))
    const px = (T[0] * rx + T[4] * ry + T[8]) * z + eye[0]
    const py = (T[1] * rx + T[5] * ry + T[9]) * z + eye[1]
    const pz = (T[2] * rx + T[6] * ry + T[10]) * z + eye[2]
    for (let k = 0; k < 3; k++) {
      // A sample on an edge may lie outside its face by a hair, which is much on a sliver.
      const reflectance =
        stride > 4 ? Math.min(1, Math.max(0, linearAt(surfaces, s + 4 * (k + 1), px, py, pz))) : uniformReflectance
      out[3 * x + k] = irradiance * reflectance
    }
  }
}

function linearAt(surfaces: Float32Array, at: number, x: number, y: number, z: number): number {
  return surfaces[at] * x + surfaces[at + 1] * y + surfaces[at + 2] * z + surfaces[at + 3]
}
