import type { Surface } from '@sextant/surface'

/** A full-resolution mask on the proposal grid. */
export interface GridTruth {
  /** [height, width] of the grid, 0 or 1 */
  readonly mask: Uint8Array
  readonly area: number
}

export function gridMask(mask: Uint8Array, imageWidth: number, surface: Surface): GridTruth {
  const { width, height, step } = surface
  const out = new Uint8Array(width * height)
  let area = 0
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (mask[y * step * imageWidth + x * step] !== 1) continue
      out[i] = 1
      area++
    }
  }
  return { mask: out, area }
}

export function iouOf(pixels: Int32Array, truth: GridTruth): number {
  let shared = 0
  for (const i of pixels) shared += truth.mask[i] ?? 0
  return shared / (truth.area + pixels.length - shared)
}

export function bestIou(proposals: readonly { readonly maskPixels: Int32Array }[], truth: GridTruth): number {
  return proposals.reduce((best, { maskPixels }) => Math.max(best, iouOf(maskPixels, truth)), 0)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

export function quantileText(values: readonly number[]): string {
  return `${Math.min(...values)} to ${Math.max(...values)}`
}
