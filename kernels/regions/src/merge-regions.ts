import type { RegionGraph } from './region-graph.ts'
import type { RegionOptions } from './region-options.ts'
import { DIRECTION_COUNT, joinMeasuresInto, type NodeMeasures } from './region-tree.ts'

export interface Merges {
  readonly nodeCount: number
  /** [nodeCount, 2] */
  readonly children: Int32Array
  readonly parents: Int32Array
  readonly mergeWeights: Float32Array
}

interface Link {
  weightSum: number
  length: number
}

/** Of equally strong boundaries the one with the smaller region goes first: added weight per decade of pixels. */
const SIZE_WEIGHT = 0.1

/**
 * Joins leaves greedily, weakest mean boundary first, until `stopWeight`; no node grows beyond `maxExtentMm`.
 *
 * @param areas     [leafCount] px
 * @param measures  of the leaves, with room for 2 · leafCount - 1 nodes; the joined nodes are added
 * @cost O(E log E) with a binary heap of possibly outdated links
 */
export function mergeRegions(
  graph: RegionGraph,
  areas: Int32Array,
  measures: NodeMeasures,
  options: RegionOptions,
): Merges {
  const leafCount = areas.length
  const capacity = Math.max(1, 2 * leafCount - 1)
  const children = new Int32Array(2 * capacity).fill(-1)
  const parents = new Int32Array(capacity).fill(-1)
  const mergeWeights = new Float32Array(capacity)
  const size = new Float64Array(capacity)
  size.set(areas)
  const links: Map<number, Link>[] = Array.from({ length: leafCount }, () => new Map<number, Link>())
  const heap = createHeap()
  const offer = (a: number, b: number, link: Link): void => {
    const mean = link.weightSum / link.length
    if (mean >= options.stopWeight) return
    const smaller = Math.min(size[a], size[b])
    heap.push(mean + SIZE_WEIGHT * Math.log10(smaller), a, b)
  }
  for (const { a, b, weightSum, length } of graph.boundaries) {
    const link = { weightSum, length }
    links[a].set(b, link)
    links[b].set(a, link)
    offer(a, b, link)
  }
  let nodeCount = leafCount
  for (let top = heap.pop(); top !== null; top = heap.pop()) {
    const [a, b] = top
    if (parents[a] >= 0 || parents[b] >= 0) continue
    const link = links[a].get(b)
    if (link === undefined || joinedExtent(measures.spans, a, b) > options.maxExtentMm) continue
    const node = nodeCount++
    children[2 * node] = a
    children[2 * node + 1] = b
    parents[a] = parents[b] = node
    mergeWeights[node] = link.weightSum / link.length
    size[node] = size[a] + size[b]
    joinMeasuresInto(measures, node, a, b)
    const joined = new Map<number, Link>()
    for (const side of [a, b]) {
      for (const [other, part] of links[side]) {
        if (other === a || other === b) continue
        links[other].delete(side)
        const known = joined.get(other)
        if (known === undefined) joined.set(other, { ...part })
        else {
          known.weightSum += part.weightSum
          known.length += part.length
        }
      }
      links[side] = new Map()
    }
    links.push(joined)
    for (const [other, part] of joined) {
      links[other].set(node, part)
      offer(node, other, part)
    }
  }
  return { nodeCount, children, parents, mergeWeights }
}

function joinedExtent(spans: Float32Array, a: number, b: number): number {
  const width = 2 * DIRECTION_COUNT
  let extent = 0
  for (let k = 0; k < width; k += 2) {
    const low = Math.min(spans[width * a + k], spans[width * b + k])
    const high = Math.max(spans[width * a + k + 1], spans[width * b + k + 1])
    extent = Math.max(extent, high - low)
  }
  return extent
}

/** A binary min-heap of (priority, a, b); ties by insertion, so the order is reproducible. */
function createHeap(): { push(priority: number, a: number, b: number): void; pop(): [number, number] | null } {
  const items: { priority: number; order: number; a: number; b: number }[] = []
  let pushed = 0
  const isBefore = (i: number, j: number): boolean => {
    const d = items[i].priority - items[j].priority
    return d < 0 || (d === 0 && items[i].order < items[j].order)
  }
  const swap = (i: number, j: number): void => {
    const item = items[i]
    items[i] = items[j]
    items[j] = item
  }
  return {
    push(priority, a, b) {
      items.push({ priority, order: pushed++, a, b })
      for (let i = items.length - 1; i > 0;) {
        const up = (i - 1) >> 1
        if (!isBefore(i, up)) break
        swap(i, up)
        i = up
      }
    },
    pop() {
      if (items.length === 0) return null
      const { a, b } = items[0]
      const last = items.pop()!
      if (items.length > 0) {
        items[0] = last
        for (let i = 0; ;) {
          let least = i
          for (const down of [2 * i + 1, 2 * i + 2]) {
            if (down < items.length && isBefore(down, least)) least = down
          }
          if (least === i) break
          swap(i, least)
          i = least
        }
      }
      return [a, b]
    },
  }
}
