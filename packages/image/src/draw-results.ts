import type { Box, Rle } from '@sextant/contracts'
import type { ColorImage, PinholeCamera } from '@sextant/geometry'
import { copyImage, drawAxes, drawBox, drawMask, drawText, type Rgb } from './draw.ts'
import { decodeRle, rleArea, rleBox } from './rle.ts'

/** Distinct on photographs, also for most colour-blind readers (Okabe & Ito 2008). */
const PALETTE: readonly Rgb[] = [
  [86, 180, 233],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [240, 228, 66],
  [213, 94, 0],
  [0, 114, 178],
]

export interface DrawablePose {
  /** row-major 4x4, mm */
  readonly cameraFromObject: Float64Array
  readonly mask: Rle
  readonly label: string
  /** where the axes start, mm, object */
  readonly origin: ArrayLike<number>
  /** mm */
  readonly axisLength: number
}

/** The photograph with silhouette, axes and label of every pose; the worst is drawn first. */
export function drawPoses(image: ColorImage, camera: PinholeCamera, poses: readonly DrawablePose[]): ColorImage {
  const out = copyImage(image)
  for (let k = poses.length - 1; k >= 0; k--) {
    const { mask, cameraFromObject, origin, axisLength, label } = poses[k]
    const color = PALETTE[k % PALETTE.length]
    if (rleArea(mask) > 0) drawMask(out, decodeRle(mask), color)
    drawAxes(out, camera, cameraFromObject, origin, axisLength)
    const box = rleBox(mask)
    drawText(out, label, Math.max(2, box.x0), Math.max(2, box.y0 - 16), color)
  }
  return out
}

/** The photograph with mask, box and score of every detection; the worst is drawn first. */
export function drawDetections(
  image: ColorImage,
  detections: readonly { readonly mask: Rle; readonly box: Box; readonly score: number }[],
): ColorImage {
  const out = copyImage(image)
  for (let k = detections.length - 1; k >= 0; k--) {
    const { mask, box, score } = detections[k]
    const color = PALETTE[k % PALETTE.length]
    if (rleArea(mask) > 0) drawMask(out, decodeRle(mask), color, 0.25)
    drawBox(out, box, color, 1)
    drawText(out, `${k + 1} ${score.toFixed(2)}`, Math.max(2, box.x0), Math.max(2, box.y0 - 16), color)
  }
  return out
}

/** Two images side by side; the height is the larger of both. */
export function joinImages(left: ColorImage, right: ColorImage): ColorImage {
  const width = left.width + right.width
  const height = Math.max(left.height, right.height)
  const data = new Uint8Array(3 * width * height)
  for (const [image, offset] of [
    [left, 0],
    [right, left.width],
  ] as const) {
    for (let y = 0; y < image.height; y++) {
      data.set(image.data.subarray(3 * y * image.width, 3 * (y + 1) * image.width), 3 * (y * width + offset))
    }
  }
  return { width, height, data }
}
