import type { EdgeParts, EdgeWeights } from './edge-weights.ts'
import type { Leaves } from './leaves.ts'

/** Where two leaves touch: sums over the edges between them. */
export interface Boundary extends EdgeParts {
  /** leaves, a < b */
  readonly a: number
  readonly b: number
  /** number of edges */
  length: number
}

/**
 * Collects the boundaries of 4-neighbour leaves; a run of at most `maxGap` pixels without depth does not separate two
 * leaves, a run of excluded pixels (planes) does.
 *
 * @param blocked [height, width] 1 = measured but excluded
 */
export function connectLeaves(
  leaves: Leaves,
  blocked: Uint8Array,
  width: number,
  height: number,
  weights: EdgeWeights,
  maxGap: number,
): Boundary[] {
  const { labels, leafCount } = leaves
  const index = new Map<number, Boundary>()
  const touch = (first: number, second: number, dx: number, dy: number): void => {
    const a = Math.min(labels[first], labels[second])
    const b = Math.max(labels[first], labels[second])
    const key = a * leafCount + b
    let boundary = index.get(key)
    if (boundary === undefined) {
      boundary = { a, b, length: 0, distance: 0, turn: 0, color: 0 }
      index.set(key, boundary)
    }
    weights.addInto(boundary, first, second, dx, dy)
    boundary.length++
  }
  const scan = (start: number, stride: number, count: number, dx: number, dy: number): void => {
    let last = -1
    let lastAt = 0
    for (let k = 0, i = start; k < count; k++, i += stride) {
      const label = labels[i]
      if (label >= 0) {
        if (last >= 0 && labels[last] !== label && k - lastAt - 1 <= maxGap) touch(last, i, dx, dy)
        last = i
        lastAt = k
      } else if (blocked[i] === 1) last = -1
    }
  }
  for (let y = 0; y < height; y++) scan(y * width, 1, width, 1, 0)
  for (let x = 0; x < width; x++) scan(x, width, height, 0, 1)
  return [...index.values()]
}
