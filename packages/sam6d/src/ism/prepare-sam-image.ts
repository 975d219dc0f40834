import type { ColorImage } from '@sextant/geometry'
import { resizeBilinear } from '../pem/resize-bilinear.ts'
import { resizeAntialiased } from './resize-antialiased.ts'

const MEAN = [123.675, 116.28, 103.53]
const DEVIATION = [58.395, 57.12, 57.375]
const SEGMENTOR_WIDTH = 640

/** What SAM sees of an image, and how its pixels map back. */
export interface SamImage {
  /** [3, size, size] */
  readonly planes: Float32Array
  readonly size: number
  /** of the image the masks are made for */
  readonly width: number
  readonly height: number
  /** of the part of the square that is not padding */
  readonly innerWidth: number
  readonly innerHeight: number
}

/** The image at the width the official pipeline segments at: 640. @source OpenCV bilinear, as `resizeBilinear` */
export function resizeForSegmentor(color: ColorImage): ColorImage {
  if (color.width === SEGMENTOR_WIDTH) return color
  const height = Math.trunc((SEGMENTOR_WIDTH * color.height) / color.width)
  const data = resizeBilinear(color.data, color.height, color.width, 3, height, SEGMENTOR_WIDTH)
  return { width: SEGMENTOR_WIDTH, height, data }
}

/** Long side to `size`, normalised, padded with zeros below and to the right. */
export function prepareSamImage(color: ColorImage, size = 1024): SamImage {
  const { width, height } = color
  const scale = size / Math.max(width, height)
  const innerWidth = Math.trunc(width * scale + 0.5)
  const innerHeight = Math.trunc(height * scale + 0.5)
  const pixels =
    innerWidth === width && innerHeight === height
      ? color.data
      : resizeAntialiased(color.data, height, width, innerHeight, innerWidth)
  const planes = new Float32Array(3 * size * size)
  for (let c = 0; c < 3; c++) {
    for (let v = 0; v < innerHeight; v++) {
      for (let u = 0; u < innerWidth; u++) {
        planes[(c * size + v) * size + u] = (pixels[(v * innerWidth + u) * 3 + c] - MEAN[c]) / DEVIATION[c]
      }
    }
  }
  return { planes, size, width, height, innerWidth, innerHeight }
}

/**
 * The pixels behind planes of `prepareSamImage`, for networks that normalise by themselves. The padding becomes the mean,
 * which they normalise to the zero that it was.
 *
 * @param planes  [3, size, size]
 * @returns [size, size, 3] 0 to 255
 */
export function samPixels(planes: Float32Array): Float32Array {
  const area = planes.length / 3
  const out = new Float32Array(planes.length)
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < area; i++) {
      const value = planes[c * area + i]
      // No whole number is normalised to 0: the means are not whole.
      out[3 * i + c] = value === 0 ? MEAN[c] : Math.round(value * DEVIATION[c] + MEAN[c])
    }
  }
  return out
}

/** Grid of n x n points at the centres of its cells, x fastest. [n², 2] px of the image */
export function pointGrid(n: number, width: number, height: number): Float32Array {
  return Float32Array.from({ length: 2 * n * n }, (_, i) => {
    const cell = Math.floor(i / 2)
    return i % 2 === 0 ? (((cell % n) + 0.5) / n) * width : ((Math.floor(cell / n) + 0.5) / n) * height
  })
}

/** Points of the image in pixels of the square. */
export function toSquare(points: Float32Array, image: SamImage): Float32Array {
  const [x, y] = [image.innerWidth / image.width, image.innerHeight / image.height]
  return points.map((value, i) => value * (i % 2 === 0 ? x : y))
}
