import type { ColorImage, DepthImage } from '@sextant/geometry'
import { distortInto, type LensCamera } from './lens.ts'

/** The image an ideal lens would have taken, bilinear; black outside the original. */
export function rectifyColor(image: ColorImage, lens: LensCamera): ColorImage {
  const { width, height, data } = image
  const map = rectifyMap(lens)
  const out = new Uint8Array(data.length)
  for (let i = 0; i < width * height; i++) {
    const u = map[2 * i]
    const v = map[2 * i + 1]
    if (!(u > -0.5 && v > -0.5 && u < width - 0.5 && v < height - 0.5)) continue
    const x = Math.min(Math.max(u, 0), width - 1)
    const y = Math.min(Math.max(v, 0), height - 1)
    const x0 = Math.min(Math.floor(x), Math.max(0, width - 2))
    const y0 = Math.min(Math.floor(y), Math.max(0, height - 2))
    const fx = x - x0
    const fy = y - y0
    const a = 3 * (y0 * width + x0)
    const right = width > 1 ? 3 : 0
    const below = height > 1 ? 3 * width : 0
    for (let c = 0; c < 3; c++) {
      const top = data[a + c] * (1 - fx) + data[a + right + c] * fx
      const bottom = data[a + below + c] * (1 - fx) + data[a + below + right + c] * fx
      out[3 * i + c] = top * (1 - fy) + bottom * fy + 0.5
    }
  }
  return { width, height, data: out }
}

/** Depth registered to a distorted image, as an ideal lens would see it; nearest pixel, never mixed. */
export function rectifyDepth(image: DepthImage, lens: LensCamera): DepthImage {
  const { width, height, data } = image
  const map = rectifyMap(lens)
  const out = new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const u = Math.round(map[2 * i])
    const v = Math.round(map[2 * i + 1])
    if (u >= 0 && v >= 0 && u < width && v < height) out[i] = data[v * width + u]
  }
  return { width, height, data: out }
}

/** Pixels of the distorted image for every pixel of the ideal one: [height, width, 2] u, v. */
function rectifyMap(lens: LensCamera): Float32Array {
  const { width, height, fx, fy, cx, cy } = lens.camera
  const map = new Float32Array(2 * width * height)
  const point = new Float64Array(2)
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i += 2) {
      distortInto(point, (u - cx) / fx, (v - cy) / fy, lens.distortion)
      map[i] = fx * point[0] + cx
      map[i + 1] = fy * point[1] + cy
    }
  }
  return map
}
