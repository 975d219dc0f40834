import type { EdgeWeights } from './edge-weights.ts'
import type { RegionOptions } from './region-options.ts'

/** The leaves of the region tree. */
export interface Leaves {
  /** [height, width] leaf of each grid pixel; -1 outside all leaves */
  readonly labels: Int32Array
  readonly leafCount: number
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
export function findLeaves(
  active: Uint8Array,
  width: number,
  height: number,
  weights: EdgeWeights,
  options: RegionOptions,
): Leaves {
  const pixelCount = width * height
  // Edge e joins pixel e >> 1 with its right (even) or lower (odd) neighbour.
  const binOf = new Uint16Array(2 * pixelCount).fill(BINS)
  const starts = new Int32Array(BINS + 1)
  let edgeCount = 0
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (active[i] === 0) continue
      if (x + 1 < width && active[i + 1] === 1) {
        const bin = Math.min(BINS - 1, Math.floor(weights.weigh(i, i + 1, 1, 0) / BIN_WEIGHT))
        binOf[2 * i] = bin
        starts[bin + 1]++
        edgeCount++
      }
      if (y + 1 < height && active[i + width] === 1) {
        const bin = Math.min(BINS - 1, Math.floor(weights.weigh(i, i + width, 0, 1) / BIN_WEIGHT))
        binOf[2 * i + 1] = bin
        starts[bin + 1]++
        edgeCount++
      }
    }
  }
  for (let b = 0; b < BINS; b++) starts[b + 1] += starts[b]
  const sorted = new Int32Array(edgeCount)
  const next = starts.slice()
  for (let e = 0; e < 2 * pixelCount; e++) if (binOf[e] < BINS) sorted[next[binOf[e]]++] = e

  const parent = new Int32Array(pixelCount)
  const size = new Int32Array(pixelCount).fill(1)
  const threshold = new Float32Array(pixelCount).fill(options.leafScale)
  for (let i = 0; i < pixelCount; i++) parent[i] = i
  const find = (node: number): number => {
    let root = node
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]]
      root = parent[root]
    }
    return root
  }
  const unite = (a: number, b: number): number => {
    const [keep, drop] = size[a] >= size[b] ? [a, b] : [b, a]
    parent[drop] = keep
    size[keep] += size[drop]
    return keep
  }
  for (let s = 0; s < edgeCount; s++) {
    const e = sorted[s]
    const weight = binOf[e] * BIN_WEIGHT
    const a = find(e >> 1)
    const b = find((e >> 1) + ((e & 1) === 0 ? 1 : width))
    if (a !== b && weight <= threshold[a] && weight <= threshold[b]) {
      const root = unite(a, b)
      threshold[root] = weight + options.leafScale / size[root]
    }
  }
  const absorbCount = starts[Math.min(BINS, Math.floor(ABSORB_WEIGHT / BIN_WEIGHT))]
  for (let s = 0; s < absorbCount; s++) {
    const e = sorted[s]
    const a = find(e >> 1)
    const b = find((e >> 1) + ((e & 1) === 0 ? 1 : width))
    if (a !== b && (size[a] < options.minLeafPixels || size[b] < options.minLeafPixels)) unite(a, b)
  }

  const labels = new Int32Array(pixelCount).fill(-1)
  const labelOf = new Int32Array(pixelCount).fill(-1)
  // What is still tiny is flying pixels and the like.
  const least = Math.max(2, options.minLeafPixels >> 2)
  let leafCount = 0
  for (let i = 0; i < pixelCount; i++) {
    if (active[i] === 0) continue
    const root = find(i)
    if (size[root] < least) continue
    if (labelOf[root] < 0) labelOf[root] = leafCount++
    labels[i] = labelOf[root]
  }
  return { labels, leafCount }
}
