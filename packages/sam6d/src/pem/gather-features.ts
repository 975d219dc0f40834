import { VIEW_SIZE } from '../networks/vision-transformer.ts'

const CHANNELS = 256
const GRID = 14
const SUB = 4
const MAP = GRID * SUB

/**
 * Features at pixels of the 224 x 224 view: bilinear between four cells of the 56 x 56 map, which is never enlarged.
 *
 * @param features  [196, 4096] of one view: per patch (sub_row 4, sub_col 4, channel 256)
 * @param pixels    [n] pixel indices in the view
 * @returns [n, 256]
 */
export function gatherFeatures(features: Float32Array, pixels: ArrayLike<number>): Float32Array {
  const out = new Float32Array(pixels.length * CHANNELS)
  for (let i = 0; i < pixels.length; i++) {
    const rows = tapsOf(Math.floor(pixels[i] / VIEW_SIZE))
    const columns = tapsOf(pixels[i] % VIEW_SIZE)
    for (let a = 0; a < 2; a++) {
      for (let b = 0; b < 2; b++) {
        const weight = rows.weights[a] * columns.weights[b]
        if (weight === 0) continue
        const from = cellOffset(rows.cells[a], columns.cells[b])
        for (let c = 0; c < CHANNELS; c++) out[i * CHANNELS + c] += weight * features[from + c]
      }
    }
  }
  return out
}

function tapsOf(pixel: number): { cells: [number, number]; weights: [number, number] } {
  const position = Math.max(0, (pixel + 0.5) / SUB - 0.5)
  const base = Math.floor(position)
  const fraction = position - base
  return { cells: [base, Math.min(base + 1, MAP - 1)], weights: [1 - fraction, fraction] }
}

function cellOffset(row: number, column: number): number {
  const patch = Math.floor(row / SUB) * GRID + Math.floor(column / SUB)
  const sub = (row % SUB) * SUB + (column % SUB)
  return (patch * SUB * SUB + sub) * CHANNELS
}
