import {
  COLOR,
  createEdges,
  DISTANCE,
  EDGE_PARTS,
  TURN,
  weighEdgesInto,
  type EdgeEvidence,
  type Edges,
} from './edge-weights.ts'
import type { Leaves } from './leaves.ts'
import type { RegionOptions } from './region-options.ts'

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

/** The boundaries found so far, and room for the edges of one line. */
interface Collection {
  readonly boundaries: Map<number, Boundary>
  readonly edges: Edges
  readonly parts: Float64Array
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
  evidence: EdgeEvidence,
  options: RegionOptions,
): Boundary[] {
  const { labels } = leaves
  const edges = createEdges(Math.max(width, height))
  const parts = new Float64Array(EDGE_PARTS * edges.firsts.length)
  const collection = { boundaries: new Map<number, Boundary>(), edges, parts }
  const collect = (start: number, stride: number, end: number): void => {
    listEdges(edges, labels, blocked, start, stride, end, options.maxGap)
    weighEdgesInto(parts, edges, evidence, options, stride, start, end)
    addEdges(collection, leaves)
  }
  for (let y = 0; y < height; y++) collect(y * width, 1, (y + 1) * width)
  for (let x = 0; x < width; x++) collect(x, width, width * height)
  return [...collection.boundaries.values()]
}

/** The edges between leaves of one row or column. */
function listEdges(
  edges: Edges,
  labels: Int32Array,
  blocked: Uint8Array,
  start: number,
  stride: number,
  end: number,
  maxGap: number,
): void {
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
}

function addEdges({ boundaries, edges, parts }: Collection, { labels, leafCount }: Leaves): void {
  for (let k = 0, p = 0; k < edges.count; k++, p += EDGE_PARTS) {
    const first = labels[edges.firsts[k]]
    const second = labels[edges.seconds[k]]
    const a = Math.min(first, second)
    const b = Math.max(first, second)
    const key = a * leafCount + b
    let boundary = boundaries.get(key)
    if (boundary === undefined) {
      boundary = { a, b, length: 0, distance: 0, turn: 0, color: 0 }
      boundaries.set(key, boundary)
    }
    boundary.distance += parts[p + DISTANCE]
    boundary.turn += parts[p + TURN]
    boundary.color += parts[p + COLOR]
    boundary.length++
  }
}
