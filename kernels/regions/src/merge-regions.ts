import type { Boundary } from './region-graph.ts'
import type { HierarchyOptions, RegionOptions } from './region-options.ts'
import { SPAN_WIDTH, type Hierarchy, type LeafMeasures } from './region-tree.ts'

interface Link {
  weightSum: number
  length: number
}

/**
 * Joins leaves greedily, weakest mean boundary first, until the hierarchy's stop; no node grows beyond `maxExtentMm`.
 *
 * @param leafStarts  [leafCount + 1] for the areas
 * @cost O(E log E) with a binary heap of possibly outdated links
 */
export function mergeRegions(
  boundaries: readonly Boundary[],
  leafStarts: Int32Array,
  measures: LeafMeasures,
  belief: HierarchyOptions,
  options: RegionOptions,
): Hierarchy {
  const leafCount = leafStarts.length - 1
  const capacity = Math.max(1, 2 * leafCount - 1)
  const children = new Int32Array(2 * capacity).fill(-1)
  const parents = new Int32Array(capacity).fill(-1)
  const mergeWeights = new Float32Array(capacity)
  const size = new Float64Array(capacity)
  for (let leaf = 0; leaf < leafCount; leaf++) size[leaf] = leafStarts[leaf + 1] - leafStarts[leaf]
  const spans = new Float32Array(SPAN_WIDTH * capacity)
  spans.set(measures.spans)
  const links: Map<number, Link>[] = Array.from({ length: leafCount }, () => new Map<number, Link>())
  const heap = createHeap()
  const offer = (a: number, b: number, link: Link): void => {
    const mean = link.weightSum / link.length
    if (mean >= belief.stop) return
    const smaller = Math.min(size[a], size[b])
    heap.push(mean + belief.sizeWeight * Math.log10(smaller), a, b)
  }
  for (const { a, b, distance, turn, color, length } of boundaries) {
    const link = { weightSum: belief.distance * distance + belief.turn * turn + belief.color * color, length }
    links[a].set(b, link)
    links[b].set(a, link)
    offer(a, b, link)
  }
  let nodeCount = leafCount
  for (let top = heap.pop(); top !== null; top = heap.pop()) {
    const [a, b] = top
    if (parents[a] >= 0 || parents[b] >= 0) continue
    const link = links[a].get(b)
    if (link === undefined || !joinSpansInto(spans, nodeCount, a, b, options.maxExtentMm)) continue
    const node = nodeCount++
    children[2 * node] = a
    children[2 * node + 1] = b
    parents[a] = parents[b] = node
    mergeWeights[node] = link.weightSum / link.length
    size[node] = size[a] + size[b]
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
  return { nodeCount, children, parents, mergeWeights, ...orderLeaves(leafCount, nodeCount, children, parents) }
}

/** Writes the union of rows `a` and `b` to row `out`; false when it is wider than `maxExtentMm`. */
function joinSpansInto(spans: Float32Array, out: number, a: number, b: number, maxExtentMm: number): boolean {
  for (let k = 0; k < SPAN_WIDTH; k += 2) {
    const low = Math.min(spans[SPAN_WIDTH * a + k], spans[SPAN_WIDTH * b + k])
    const high = Math.max(spans[SPAN_WIDTH * a + k + 1], spans[SPAN_WIDTH * b + k + 1])
    if (high - low > maxExtentMm) return false
    spans[SPAN_WIDTH * out + k] = low
    spans[SPAN_WIDTH * out + k + 1] = high
  }
  return true
}

/** Depth-first order of the leaves makes the leaves of every node one range. */
function orderLeaves(
  leafCount: number,
  nodeCount: number,
  children: Int32Array,
  parents: Int32Array,
): { leafOrder: Int32Array; ranges: Int32Array } {
  const leafOrder = new Int32Array(leafCount)
  const ranges = new Int32Array(2 * nodeCount)
  let offset = 0
  for (let root = 0; root < nodeCount; root++) {
    if (parents[root] >= 0) continue
    const stack = [root]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node < leafCount) {
        ranges[2 * node] = offset
        ranges[2 * node + 1] = offset + 1
        leafOrder[offset++] = node
      } else stack.push(children[2 * node], children[2 * node + 1])
    }
  }
  for (let node = leafCount; node < nodeCount; node++) {
    const a = children[2 * node]
    const b = children[2 * node + 1]
    ranges[2 * node] = Math.min(ranges[2 * a], ranges[2 * b])
    ranges[2 * node + 1] = Math.max(ranges[2 * a + 1], ranges[2 * b + 1])
  }
  return { leafOrder, ranges }
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
          const left = 2 * i + 1
          if (left < items.length && isBefore(left, least)) least = left
          if (left + 1 < items.length && isBefore(left + 1, least)) least = left + 1
          if (least === i) break
          swap(i, least)
          i = least
        }
      }
      return [a, b]
    },
  }
}
