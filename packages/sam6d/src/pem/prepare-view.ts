import type { ColorImage } from '@sextant/geometry'
import { VIEW_SIZE } from '../networks/vision-transformer.ts'
import type { CropBox } from './square-box.ts'
import { resizeBilinear } from './resize-bilinear.ts'

const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
const PIXELS = VIEW_SIZE * VIEW_SIZE

/**
 * The crop PEM looks at: masked, resized to 224 x 224, channels reversed. The network was trained with reversed channels.
 *
 * @param color  RGB
 * @param mask   [height, width] 0 or 1; pixels outside become black
 * @returns [3, 224, 224] planes B, G, R
 */
export function cropView(color: ColorImage, mask: Uint8Array, box: CropBox): Uint8Array {
  const height = box.bottom - box.top
  const width = box.right - box.left
  const crop = new Uint8Array(height * width * 3)
  for (let v = 0, at = 0; v < height; v++) {
    for (let u = 0; u < width; u++, at += 3) {
      const from = (box.top + v) * color.width + box.left + u
      if (mask[from] === 0) continue
      crop[at] = color.data[3 * from + 2]
      crop[at + 1] = color.data[3 * from + 1]
      crop[at + 2] = color.data[3 * from]
    }
  }
  return toPlanes(resizeBilinear(crop, height, width, 3, VIEW_SIZE, VIEW_SIZE))
}

function toPlanes(pixels: Uint8Array): Uint8Array {
  const planes = new Uint8Array(pixels.length)
  for (let i = 0; i < PIXELS; i++) for (let c = 0; c < 3; c++) planes[c * PIXELS + i] = pixels[3 * i + c]
  return planes
}

/** ImageNet statistics in the usual order, whatever the planes are. [3, n] uint8 → [3, n] float32 */
export function normalizePlanes(planes: Uint8Array): Float32Array {
  const size = planes.length / 3
  const out = new Float32Array(planes.length)
  for (let c = 0, i = 0; c < 3; c++) {
    for (let p = 0; p < size; p++, i++) {
      out[i] = Math.fround(Math.fround(Math.fround(planes[i] / 255) - MEAN[c]) / DEVIATION[c])
    }
  }
  return out
}

/**
 * Index of an image pixel in the resized view.
 *
 * @param row     in the crop
 * @param column  in the crop
 */
export function viewPixel(row: number, column: number, box: CropBox): number {
  const v = Math.floor((row * VIEW_SIZE) / (box.bottom - box.top))
  const u = Math.floor((column * VIEW_SIZE) / (box.right - box.left))
  return v * VIEW_SIZE + u
}
