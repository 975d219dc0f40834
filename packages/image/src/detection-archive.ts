import type { Box, Rle } from '@sextant/contracts'
import { zipSync } from 'fflate'
import { encodeNpyBool, encodeNpyFloat64 } from './npy.ts'
import { decodeRle } from './rle.ts'

const FASTEST = 1

/**
 * detection_ism.npz of the contract: scene_id, image_id, category_id, score, time [n], bbox [n, 4] (x, y, width, height)
 * and segmentation [n, height, width].
 */
export function encodeDetectionArchive(
  detections: readonly { readonly mask: Rle; readonly box: Box; readonly score: number }[],
  image: { readonly width: number; readonly height: number },
  seconds: number,
): Uint8Array {
  const n = detections.length
  const column = (values: readonly number[]): Uint8Array => encodeNpyFloat64(Float64Array.from(values), [n])
  const same = (value: number): Uint8Array => column(new Array<number>(n).fill(value))
  const pixels = image.width * image.height
  const masks = new Uint8Array(n * pixels)
  detections.forEach(({ mask }, k) => masks.set(decodeRle(mask).data, k * pixels))
  const boxes = detections.flatMap(({ box }) => [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0])
  const files = {
    'scene_id.npy': same(0),
    'image_id.npy': same(0),
    'category_id.npy': same(1),
    'score.npy': column(detections.map(({ score }) => score)),
    'time.npy': same(seconds),
    'bbox.npy': encodeNpyFloat64(Float64Array.from(boxes), [n, 4]),
    'segmentation.npy': encodeNpyBool(masks, [n, image.height, image.width]),
  }
  return zipSync(files, { level: FASTEST })
}
