/**
 * Local planes in inverse depth. A plane of the scene is linear in q = 1/z over the image, and disparity noise is
 * homogeneous in q, so an ordinary least-squares fit in q is the right one and one gate serves all depths.
 */

/** Inverse depth with a margin, so that a window never leaves the buffer. */
export interface InverseDepth {
  /** [rows, stride] 1/mm; `MISSING` where there is no measurement */
  readonly values: Float32Array
  readonly stride: number
  readonly margin: number
}

/** Far outside every gate. */
const MISSING = -1

/** Samples of a square window: six by six, symmetric, so that a full window has diagonal normal equations. */
export interface FitWindow {
  /** [6] columns and rows of the samples from the centre, px */
  readonly side: Int32Array
  /** of the padded buffer */
  readonly stride: number
  /** samples of a full window */
  readonly count: number
  /** sum of dx² (= sum of dy²) over the full window, px² */
  readonly spread: number
}

const SAMPLES_PER_SIDE = 6

/** Result of `fitWindowInto`: `q(u, v) = slopeX (u - x) + slopeY (v - y) + value`. */
export interface WindowFit {
  slopeX: number
  slopeY: number
  value: number
  /** root mean square residual of the used samples, 1/mm */
  rms: number
}

/** @param depths [height, width] mm; not finite or not positive = missing */
export function padInverseDepth(depths: Float32Array, width: number, height: number, margin: number): InverseDepth {
  const stride = width + 2 * margin
  const values = new Float32Array(stride * (height + 2 * margin)).fill(MISSING)
  for (let y = 0; y < height; y++) {
    let out = (y + margin) * stride + margin
    for (let i = y * width; i < (y + 1) * width; i++, out++) {
      const z = depths[i]
      if (z > 0 && z < Infinity) values[out] = 1 / z
    }
  }
  return { values, stride, margin }
}

/** @param radius px; the outermost samples lie at ±radius */
export function createFitWindow(radius: number, stride: number): FitWindow {
  const side: number[] = []
  for (let k = 0; k < SAMPLES_PER_SIDE / 2; k++) {
    const offset = Math.max(1, Math.round((radius * (2 * k + 1)) / (SAMPLES_PER_SIDE - 1)))
    side.push(-offset, offset)
  }
  const spread = side.length * side.reduce((sum, x) => sum + x * x, 0)
  return { side: Int32Array.from(side), stride, count: side.length * side.length, spread }
}

/**
 * Fits the plane around one pixel in two passes: the first keeps samples reachable from the centre value by a surface
 * of bounded slope, the second keeps samples near the first plane.
 *
 * @param out         overwritten; undefined when false is returned
 * @param center      index of the pixel in the padded buffer; it must hold a measurement
 * @param noiseGate   1/mm; accepted deviation by noise, usually 3 sigma
 * @param slopeGate   1/mm per px; accepted deviation by slope in the first pass
 * @returns false with fewer than `minSamples` samples or collinear ones
 */
export function fitWindowInto(
  out: WindowFit,
  inverse: InverseDepth,
  window: FitWindow,
  center: number,
  noiseGate: number,
  slopeGate: number,
  minSamples: number,
): boolean {
  const { values } = inverse
  const { side, stride, count, spread } = window
  const q0 = values[center]
  let a = 0
  let b = 0
  let c = 0
  let used = 0
  let squares = 0
  for (let pass = 0; pass < 2; pass++) {
    let n = 0
    let sd = 0
    let sxd = 0
    let syd = 0
    let sdd = 0
    if (pass === 0) {
      for (let row = 0; row < SAMPLES_PER_SIDE; row++) {
        const y = side[row]
        const at = center + y * stride
        const yReach = Math.abs(y)
        for (let column = 0; column < SAMPLES_PER_SIDE; column++) {
          const x = side[column]
          const d = values[at + x] - q0
          if (Math.abs(d) < noiseGate + slopeGate * (yReach + Math.abs(x))) {
            n++
            sd += d
            sxd += x * d
            syd += y * d
          }
        }
      }
    } else {
      for (let row = 0; row < SAMPLES_PER_SIDE; row++) {
        const y = side[row]
        const at = center + y * stride
        const by = b * y
        for (let column = 0; column < SAMPLES_PER_SIDE; column++) {
          const x = side[column]
          const d = values[at + x] - q0
          if (Math.abs(d - a * x - by - c) < noiseGate) {
            n++
            sd += d
            sxd += x * d
            syd += y * d
            sdd += d * d
          }
        }
      }
    }
    if (n < minSamples) return false
    if (n === count) {
      a = sxd / spread
      b = syd / spread
      c = sd / n
    } else {
      let sx = 0
      let sy = 0
      let sxx = 0
      let sxy = 0
      let syy = 0
      for (let row = 0; row < SAMPLES_PER_SIDE; row++) {
        const y = side[row]
        const at = center + y * stride
        for (let column = 0; column < SAMPLES_PER_SIDE; column++) {
          const x = side[column]
          const d = values[at + x] - q0
          const inside =
            pass === 0
              ? Math.abs(d) < noiseGate + slopeGate * (Math.abs(y) + Math.abs(x))
              : Math.abs(d - a * x - b * y - c) < noiseGate
          if (!inside) continue
          sx += x
          sy += y
          sxx += x * x
          sxy += x * y
          syy += y * y
        }
      }
      // Normal equations about the mean: two by two.
      const mx = sx / n
      const my = sy / n
      const cxx = sxx - mx * sx
      const cxy = sxy - mx * sy
      const cyy = syy - my * sy
      const cxd = sxd - mx * sd
      const cyd = syd - my * sd
      const det = cxx * cyy - cxy * cxy
      if (!(det > 0.02 * (cxx + cyy) * (cxx + cyy))) return false
      a = (cxd * cyy - cyd * cxy) / det
      b = (cyd * cxx - cxd * cxy) / det
      c = sd / n - a * mx - b * my
    }
    used = n
    squares = sdd - a * sxd - b * syd - c * sd
  }
  out.slopeX = a
  out.slopeY = b
  out.value = q0 + c
  out.rms = Math.sqrt(Math.max(0, squares) / used)
  return true
}
