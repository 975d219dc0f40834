import { COLOR, createEdges, DISTANCE, EDGE_PARTS, TURN, type EdgeWeights } from './edge-weights.ts'
import type { Leaves } from './leaves.ts'

/** Where two leaves touch: sums over the edges between them. */
export interface Boundary {
  /** leaves, a < b */
  readonly a: number
  readonly b: number
  /** number of edges */
  length: number
  /** sums of the parts of their weights */
  distance: number
  turn: number
  color: number
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
  const edges = createEdges(Math.max(width, height))
  const parts = new Float64Array(EDGE_PARTS * edges.firsts.length)
  const boundaryOf = (first: number, second: number): Boundary => {
    const a = Math.min(labels[first], labels[second])
    const b = Math.max(labels[first], labels[second])
    const key = a * leafCount + b
    let boundary = index.get(key)
    if (boundary === undefined) {
      boundary = { a, b, length: 0, distance: 0, turn: 0, color: 0 }
      index.set(key, boundary)
    }
    return boundary
  }
  /** All edges of one row or column. */
  const scan = (start: number, stride: number, end: number): void => {
    edges.count = 0
    const reach = (maxGap + 1) * stride
    let last = -1
    let lastLabel = -1
    for (let i = start; i < end; i += stride) {
      const label = labels[i]
      if (label >= 0) {
        if (lastLabel >= 0 && lastLabel !== label && i - last <= reach) {
          edges.firsts[edges.count] = last
          edges.seconds[edges.count++] = i
        }
        last = i
        lastLabel = label
      } else if (blocked[i] === 1) lastLabel = -1
    }
    weights.measureInto(parts, edges, stride, start, end)
    for (let k = 0, p = 0; k < edges.count; k++, p += EDGE_PARTS) {
      const boundary = boundaryOf(edges.firsts[k], edges.seconds[k])
      boundary.distance += parts[p + DISTANCE]
      boundary.turn += parts[p + TURN]
      boundary.color += parts[p + COLOR]
      boundary.length++
    }
  }
  for (let y = 0; y < height; y++) scan(y * width, 1, (y + 1) * width)
  for (let x = 0; x < width; x++) scan(x, width, width * height)
  return [...index.values()]
}
