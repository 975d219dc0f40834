import { COLOR, createEdges, DISTANCE, EDGE_PARTS, TURN, type EdgeEvidence, weighEdgesInto } from './edge-weights.ts'
import type { RegionOptions } from './region-options.ts'

/** The leaves of the region tree. */
export interface Leaves {
  /** [height, width] leaf of each grid pixel; -1 outside all leaves */
  readonly labels: Int32Array
  readonly leafCount: number
}

/** Edges between 4-neighbours, weakest first. Edge e joins pixel e >> 1 with its right (even) or lower (odd) neighbour. */
interface SortedEdges {
  readonly edges: Int32Array
  /** [BINS + 1] start of each bin in `edges` */
  readonly starts: Int32Array
}

const BINS = 2048
const BIN_WEIGHT = 4 / BINS
/** Small leaves join a neighbour only across edges weaker than this; a real depth jump is stronger. */
const ABSORB_WEIGHT = 1.5

/**
 * Graph-based over-segmentation of the pixels with `active` = 1, 4-neighbours, edges in bucketed order.
 *
 * @source Felzenszwalb & Huttenlocher 2004
 */
export function findLeaves(active: Uint8Array, width: number, evidence: EdgeEvidence, options: RegionOptions): Leaves {
  const { edges, starts } = sortEdges(active, width, evidence, options)
  const forest = new Int32Array(active.length).fill(-1)
  const thresholds = new Float32Array(active.length).fill(options.leafScale)
  const absorbEnd = Math.min(BINS, Math.floor(ABSORB_WEIGHT / BIN_WEIGHT))
  // Edges that do not join: only they can later, so they are moved to the front.
  let refused = 0
  for (let bin = 0; bin < BINS; bin++) {
    const weight = bin * BIN_WEIGHT
    for (let s = starts[bin]; s < starts[bin + 1]; s++) {
      const e = edges[s]
      const a = findRoot(forest, e >> 1)
      const b = findRoot(forest, (e >> 1) + ((e & 1) === 0 ? 1 : width))
      if (a === b) continue
      if (weight <= thresholds[a] && weight <= thresholds[b]) {
        const root = unite(forest, a, b)
        thresholds[root] = weight - options.leafScale / forest[root]
      } else if (bin < absorbEnd) edges[refused++] = e
    }
  }
  for (let s = 0; s < refused; s++) {
    const e = edges[s]
    const a = findRoot(forest, e >> 1)
    const b = findRoot(forest, (e >> 1) + ((e & 1) === 0 ? 1 : width))
    if (a !== b && -Math.max(forest[a], forest[b]) < options.minLeafPixels) unite(forest, a, b)
  }
  return numberLeaves(forest, active, options)
}

/** Counting sort; edges of one bin stay in raster order. */
function sortEdges(active: Uint8Array, width: number, evidence: EdgeEvidence, options: RegionOptions): SortedEdges {
  const found = new Int32Array(2 * active.length)
  const bins = new Uint16Array(2 * active.length)
  const starts = new Int32Array(BINS + 1)
  const right = createEdges(width)
  const lower = createEdges(width)
  const rightParts = new Float64Array(EDGE_PARTS * width)
  const lowerParts = new Float64Array(EDGE_PARTS * width)
  let count = 0
  for (let row = 0, done = 0; row < active.length; row += width) {
    right.count = lower.count = 0
    const end = row + width
    for (let i = row; i < end; i++) {
      if (active[i] === 0) continue
      if (i + 1 < end && active[i + 1] === 1) {
        found[count++] = 2 * i
        right.firsts[right.count] = i
        right.seconds[right.count++] = i + 1
      }
      if (end < active.length && active[i + width] === 1) {
        found[count++] = 2 * i + 1
        lower.firsts[lower.count] = i
        lower.seconds[lower.count++] = i + width
      }
    }
    weighEdgesInto(rightParts, right, evidence, options, 1, row, end)
    weighEdgesInto(lowerParts, lower, evidence, options, width, 0, active.length)
    for (let r = 0, l = 0; done < count; done++) {
      const bin = (found[done] & 1) === 0 ? binAt(rightParts, EDGE_PARTS * r++) : binAt(lowerParts, EDGE_PARTS * l++)
      bins[done] = bin
      starts[bin + 1]++
    }
  }
  for (let b = 0; b < BINS; b++) starts[b + 1] += starts[b]
  const edges = new Int32Array(count)
  const next = starts.slice()
  for (let k = 0; k < count; k++) edges[next[bins[k]]++] = found[k]
  return { edges, starts }
}

function binAt(parts: Float64Array, at: number): number {
  const weight = parts[at + DISTANCE] + parts[at + TURN] + parts[at + COLOR]
  return Math.min(BINS - 1, Math.floor(weight / BIN_WEIGHT))
}

/**
 * Disjoint sets: the parent of each pixel, of a root the negative size of its set. Halves the path on the way.
 */
function findRoot(forest: Int32Array, pixel: number): number {
  let node = pixel
  for (let parent = forest[node]; parent >= 0; parent = forest[node]) {
    const above = forest[parent]
    if (above < 0) return parent
    forest[node] = above
    node = above
  }
  return node
}

/** Hangs the smaller set below the larger one, the second of equal ones; answers the root. */
function unite(forest: Int32Array, a: number, b: number): number {
  const isFirst = forest[a] <= forest[b]
  const root = isFirst ? a : b
  const child = isFirst ? b : a
  forest[root] += forest[child]
  forest[child] = root
  return root
}

/** Numbers the sets in raster order of their first pixels. */
function numberLeaves(forest: Int32Array, active: Uint8Array, options: RegionOptions): Leaves {
  const labels = new Int32Array(active.length).fill(-1)
  const labelOf = new Int32Array(active.length).fill(-1)
  // What is still tiny is flying pixels and the like.
  const least = Math.max(2, options.minLeafPixels >> 2)
  let leafCount = 0
  for (let i = 0; i < active.length; i++) {
    if (active[i] === 0) continue
    const root = findRoot(forest, i)
    if (-forest[root] < least) continue
    if (labelOf[root] < 0) labelOf[root] = leafCount++
    labels[i] = labelOf[root]
  }
  return { labels, leafCount }
}
