import type { ColorImage, PinholeCamera, Rng } from '@sextant/geometry'
import { cropView, viewPixel } from './prepare-view.ts'
import type { PointView } from './pose-network.ts'
import { maskBounds, squareBox, type CropBox } from './square-box.ts'

export const OBSERVED_POINTS = 2048
export const TEMPLATE_POINTS = 5000
const MIN_PIXELS = 32
const MIN_POINTS = 4
/** Points farther than this many object radii from the mean of all are dropped. */
const OUTLIER_RADII = 1.2

/** Picks `count` of `available` list positions. */
export type ChoosePoints = (available: number, count: number) => ArrayLike<number>

/** With replacement when there are no more than wanted, else without: as the official code draws. */
export function chooseRandomly(rng: Rng): ChoosePoints {
  return (available, count) => {
    if (available <= count) return Int32Array.from({ length: count }, () => rng.integer(available))
    const order = Int32Array.from({ length: available }, (_, i) => i)
    for (let i = 0; i < count; i++) {
      const j = i + rng.integer(available - i)
      const swap = order[i]
      order[i] = order[j]
      order[j] = swap
    }
    return order.subarray(0, count)
  }
}

/** Why a detection cannot be posed. */
export type ViewRefusal = 'too_few_pixels' | 'too_few_points'

/**
 * What the pose network sees of one detection.
 *
 * @param depth   [height, width] m; 0 = missing
 * @param mask    [height, width] 0 or 1
 * @param radius  of the object about its origin, m
 * @returns the view and its box, or why there is none
 */
export function viewDetection(
  color: ColorImage,
  depth: Float32Array,
  camera: PinholeCamera,
  mask: Uint8Array,
  radius: number,
  choose: ChoosePoints,
): { readonly view: PointView; readonly box: CropBox } | { readonly refusal: ViewRefusal } {
  const { width, height } = color
  const valid = mask.map((value, i) => (value !== 0 && depth[i] > 0 ? 1 : 0))
  if (valid.reduce((sum, value) => sum + value, 0) <= MIN_PIXELS) return { refusal: 'too_few_pixels' }
  const box = squareBox(maskBounds(valid, height, width)!, height, width)
  const pixels: number[] = []
  const points: number[] = []
  for (let v = box.top; v < box.bottom; v++) {
    for (let u = box.left; u < box.right; u++) {
      const i = v * width + u
      if (valid[i] === 0) continue
      const z = depth[i]
      pixels.push(viewPixel(v - box.top, u - box.left, box))
      points.push(
        Math.fround(Math.fround(Math.fround(u - camera.cx) * z) / camera.fx),
        Math.fround(Math.fround(Math.fround(v - camera.cy) * z) / camera.fy),
        z,
      )
    }
  }
  const kept = nearMean(points, OUTLIER_RADII * radius)
  if (kept.length < MIN_POINTS) return { refusal: 'too_few_points' }
  const chosen = Int32Array.from(choose(kept.length, OBSERVED_POINTS), (i) => kept[i])
  return { view: { planes: cropView(color, valid, box), ...pick(pixels, points, chosen) }, box }
}

/**
 * What the pose network sees of one template.
 *
 * @param xyz   [height, width, 3] m, object
 * @param mask  [height, width] 0 or 1
 */
export function viewTemplate(
  color: ColorImage,
  mask: Uint8Array,
  xyz: Float32Array,
  choose: ChoosePoints,
): { readonly view: PointView; readonly box: CropBox } {
  const { width, height } = color
  const box = squareBox(maskBounds(mask, height, width)!, height, width)
  const pixels: number[] = []
  const points: number[] = []
  for (let v = box.top; v < box.bottom; v++) {
    for (let u = box.left; u < box.right; u++) {
      const i = v * width + u
      if (mask[i] === 0) continue
      pixels.push(viewPixel(v - box.top, u - box.left, box))
      points.push(xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2])
    }
  }
  const chosen = Int32Array.from(choose(pixels.length, TEMPLATE_POINTS))
  return { view: { planes: cropView(color, mask, box), ...pick(pixels, points, chosen) }, box }
}

/** Indices of the points within a distance of the mean. */
function nearMean(points: readonly number[], limit: number): Int32Array {
  const n = points.length / 3
  const mean = [0, 0, 0]
  for (let i = 0; i < points.length; i++) mean[i % 3] += points[i] / n
  return Int32Array.from({ length: n }, (_, i) => i).filter(
    (i) => Math.hypot(points[3 * i] - mean[0], points[3 * i + 1] - mean[1], points[3 * i + 2] - mean[2]) < limit,
  )
}

function pick(
  pixels: readonly number[],
  points: readonly number[],
  chosen: Int32Array,
): { pixels: Int32Array; points: Float32Array } {
  const out = new Float32Array(3 * chosen.length)
  chosen.forEach((i, slot) => {
    for (let axis = 0; axis < 3; axis++) out[3 * slot + axis] = points[3 * i + axis]
  })
  return { pixels: chosen.map((i) => pixels[i]), points: out }
}
