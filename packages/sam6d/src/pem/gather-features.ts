import { PEM_CHANNELS, PEM_PLACES, VIEW_SIZE } from '../networks/vision-transformer.ts'

const GRID = 14
const SUB = 4
const MAP = GRID * SUB
const TAPS = 4

/** The cells of the 56 x 56 maps of some views that features at their pixels are made of. */
export interface CellPlan {
  /** [16, count] the patches wanted of each place in a patch; padded with patch 0 */
  readonly cells: BigInt64Array
  readonly count: number
  /** [points, 4] rows of the [16 · count, 256] features, and their bilinear weights */
  readonly rows: Int32Array
  readonly weights: Float64Array
}

/**
 * Which cells to ask the network for, each once: bilinear between four cells, so that no map is ever enlarged.
 *
 * @param views  of each view of the batch, indices of pixels in its 224 x 224; at least one in all
 */
export function planCells(views: readonly ArrayLike<number>[]): CellPlan {
  const points = views.reduce((sum, pixels) => sum + pixels.length, 0)
  const patches: number[][] = Array.from({ length: PEM_PLACES }, () => [])
  const places = new Int32Array(points * TAPS)
  const slots = new Int32Array(points * TAPS)
  const weights = new Float64Array(points * TAPS)
  let tap = 0
  views.forEach((pixels, view) => {
    const slotOf = new Int32Array(MAP * MAP).fill(-1)
    for (let i = 0; i < pixels.length; i++) {
      const rows = tapsOf(Math.floor(pixels[i] / VIEW_SIZE))
      const columns = tapsOf(pixels[i] % VIEW_SIZE)
      for (let t = 0; t < TAPS; t++, tap++) {
        weights[tap] = rows.weights[t >> 1] * columns.weights[t & 1]
        if (weights[tap] === 0) continue
        const [row, column] = [rows.cells[t >> 1], columns.cells[t & 1]]
        const cell = row * MAP + column
        places[tap] = (row % SUB) * SUB + (column % SUB)
        if (slotOf[cell] < 0) {
          const patch = (view * GRID + Math.floor(row / SUB)) * GRID + Math.floor(column / SUB)
          slotOf[cell] = patches[places[tap]].push(patch) - 1
        }
        slots[tap] = slotOf[cell]
      }
    }
  })
  const count = Math.max(...patches.map((list) => list.length))
  const cells = new BigInt64Array(PEM_PLACES * count)
  patches.forEach((list, place) => cells.set(list.map(BigInt), place * count))
  return { cells, count, rows: slots.map((slot, i) => places[i] * count + slot), weights }
}

/**
 * Features at the pixels of a plan.
 *
 * @param features  [16, count, 256] of the cells asked for
 * @returns [points, 256]
 */
export function gatherFeatures(features: Float32Array, { rows, weights }: CellPlan): Float32Array {
  const out = new Float32Array((rows.length / TAPS) * PEM_CHANNELS)
  for (let tap = 0; tap < rows.length; tap++) {
    const weight = weights[tap]
    if (weight === 0) continue
    const from = rows[tap] * PEM_CHANNELS
    const to = Math.floor(tap / TAPS) * PEM_CHANNELS
    for (let c = 0; c < PEM_CHANNELS; c++) out[to + c] += weight * features[from + c]
  }
  return out
}

/** The two cells about a pixel on one axis; a weight is 0 where the map ends. */
function tapsOf(pixel: number): { cells: [number, number]; weights: [number, number] } {
  const position = Math.max(0, (pixel + 0.5) / SUB - 0.5)
  const base = Math.floor(position)
  const fraction = position - base
  return { cells: [base, Math.min(base + 1, MAP - 1)], weights: [1 - fraction, fraction] }
}
