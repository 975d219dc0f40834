import { bilinearTaps } from './bilinear-taps.ts'

/** A mask of any kind: 0 or 1, or a share of each pixel. */
export interface MaskPlane {
  readonly width: number
  readonly height: number
  /** [height, width] in [0, 1] */
  readonly data: Uint8Array | Float32Array
}

/**
 * PyTorch's bilinear interpolation of a whole mask. A binary one becomes soft at its border where the sizes differ.
 *
 * @param out  [height, width] of `size`; overwritten
 * @returns out
 * @cost   rows far from the mask are only cleared
 */
export function resizeMaskInto(
  out: Float32Array,
  { width, height, data }: MaskPlane,
  size: { readonly width: number; readonly height: number },
): Float32Array {
  if (width === size.width && height === size.height) {
    out.set(data)
    return out
  }
  const columns = bilinearTaps(width, size.width)
  const left = Int32Array.from(columns, ([[index]]) => index)
  const right = Int32Array.from(columns, ([, [index]]) => index)
  const share = Float64Array.from(columns, ([, [, weight]]) => weight)
  const first = Math.floor(data.findIndex((value) => value !== 0) / width)
  const last = Math.floor(data.findLastIndex((value) => value !== 0) / width)
  bilinearTaps(height, size.height).forEach(([[above, a], [below, b]], v) => {
    const row = out.subarray(v * size.width, (v + 1) * size.width)
    if (below < first || above > last) {
      row.fill(0)
      return
    }
    const upper = data.subarray(above * width, (above + 1) * width)
    const lower = data.subarray(below * width, (below + 1) * width)
    for (let u = 0; u < row.length; u++) {
      const [l, r, w] = [left[u], right[u], share[u]]
      const rest = 1 - w
      row[u] = a * rest * upper[l] + a * w * upper[r] + b * rest * lower[l] + b * w * lower[r]
    }
  })
  return out
}
