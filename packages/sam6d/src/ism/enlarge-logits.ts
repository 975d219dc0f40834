import { bilinearTaps } from './bilinear-taps.ts'
import type { SamImage } from './prepare-sam-image.ts'

interface AxisTaps {
  readonly first: Int32Array
  readonly weights: Float64Array[]
}

/**
 * Brings mask logits of the decoder to the image: bilinear to the padded square, the padding cut off, bilinear to the
 * image. Both steps act on each axis alone, so they are one set of taps an axis.
 */
export class LogitEnlarger {
  private readonly rows: AxisTaps
  private readonly columns: AxisTaps
  private readonly half: Float32Array
  private readonly side: number
  readonly width: number
  readonly height: number

  /** @param side  of the decoder's masks */
  constructor(image: SamImage, side: number) {
    this.side = side
    this.width = image.width
    this.height = image.height
    this.rows = composeTaps(side, image.size, image.innerHeight, image.height)
    this.columns = composeTaps(side, image.size, image.innerWidth, image.width)
    this.half = new Float32Array(side * image.width)
  }

  /**
   * @param out     [height, width]; overwritten
   * @param logits  [side, side]
   */
  enlargeInto(out: Float32Array, logits: Float32Array): Float32Array {
    const { side, width, height, half } = this
    const used = this.rows.first[height - 1] + this.rows.weights[height - 1].length
    for (let r = 0; r < used; r++) {
      for (let u = 0; u < width; u++) {
        const weights = this.columns.weights[u]
        const from = r * side + this.columns.first[u]
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += weights[k] * logits[from + k]
        half[r * width + u] = sum
      }
    }
    for (let v = 0; v < height; v++) {
      const weights = this.rows.weights[v]
      const first = this.rows.first[v]
      const to = v * width
      for (let u = 0; u < width; u++) {
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += weights[k] * half[(first + k) * width + u]
        out[to + u] = sum
      }
    }
    return out
  }
}

/** size → middle, cut to `inner`, → outer. */
function composeTaps(size: number, middle: number, inner: number, outer: number): AxisTaps {
  const enlarge = bilinearTaps(size, middle)
  const shrink = bilinearTaps(inner, outer)
  const first = new Int32Array(outer)
  const weights = shrink.map((taps, o) => {
    const parts = taps.flatMap(([index, weight]) =>
      enlarge[index].map(([source, inside]) => [source, weight * inside] as const),
    )
    const low = Math.min(...parts.map(([source]) => source))
    const high = Math.max(...parts.map(([source]) => source))
    first[o] = low
    const list = new Float64Array(high - low + 1)
    for (const [source, weight] of parts) list[source - low] += weight
    return list
  })
  return { first, weights }
}
