import type { ColorImage } from '@sextant/geometry'
import { resizeBilinear, roundHalfEven } from '../pem/resize-bilinear.ts'

const GREY = 114

/** An image in the middle of a square, and how pixels map back. */
export interface Letterbox {
  /** [3, side, side] in [0, 1] */
  readonly planes: Float32Array
  readonly side: number
  /** of the image in the square, px */
  readonly left: number
  readonly top: number
  readonly innerWidth: number
  readonly innerHeight: number
  /** pixels of the square per pixel of the image */
  readonly gain: number
}

/**
 * Long side to `side`, grey around it. An odd row or column of grey goes to the bottom or right.
 *
 * @param isReversed  blue first
 * @source Ultralytics 8, LetterBox without `auto`
 */
export function letterbox({ width, height, data }: ColorImage, side: number, isReversed = false): Letterbox {
  const gain = Math.min(side / height, side / width)
  const innerWidth = roundHalfEven(width * gain)
  const innerHeight = roundHalfEven(height * gain)
  const isSame = innerWidth === width && innerHeight === height
  const pixels = isSame ? data : resizeBilinear(data, height, width, 3, innerHeight, innerWidth)
  const left = (side - innerWidth) >> 1
  const top = (side - innerHeight) >> 1
  const planes = new Float32Array(3 * side * side).fill(GREY / 255)
  for (let c = 0; c < 3; c++) {
    const plane = planes.subarray(c * side * side)
    const channel = isReversed ? 2 - c : c
    for (let v = 0; v < innerHeight; v++) {
      const to = (top + v) * side + left
      for (let u = 0; u < innerWidth; u++) plane[to + u] = pixels[(v * innerWidth + u) * 3 + channel] / 255
    }
  }
  return { planes, side, left, top, innerWidth, innerHeight, gain }
}
