import type { ColorImage } from '@sextant/geometry'
import type { Surface } from '@sextant/surface'
import { createEdgeWeights } from './edge-weights.ts'
import { fillHolesInto } from './fill-holes.ts'
import { createGridColor } from './grid-color.ts'
import { findLeaves } from './leaves.ts'
import { measureLeaves } from './measure-leaves.ts'
import { mergeRegions, type Merges } from './merge-regions.ts'
import { connectLeaves } from './region-graph.ts'
import { REGION_DEFAULTS, type RegionOptions } from './region-options.ts'
import type { RegionTree } from './region-tree.ts'

/**
 * Cuts a measured surface into regions of one object each, at all granularities.
 *
 * @param color      the image the depth is registered to, or null; its size is the surface's grid times its step
 * @param planeMask  [height, width] of the grid, not 0 = excluded (see `planeMaskInto`), or null
 * @returns leaves and merge tree; without measured pixels a tree without nodes
 * @throws {RangeError} mask or colour differ in size from the surface
 * @cost   640x480 (grid 320x240) about 15 ms
 */
export function segmentRegions(
  surface: Surface,
  color: ColorImage | null,
  planeMask: Uint8Array | null,
  options: Partial<RegionOptions> = {},
): RegionTree {
  const settings = { ...REGION_DEFAULTS, ...options }
  const { width, height, step, depths } = surface
  assertSizes(surface, color, planeMask)
  const gridColor = createGridColor(color ?? createBlackImage(width, height), width, height, color === null ? 1 : step)
  const weights = createEdgeWeights(surface, gridColor, settings)

  // 1 which pixels take part
  const active = new Uint8Array(width * height)
  const blocked = new Uint8Array(width * height)
  for (let i = 0; i < active.length; i++) {
    if (!(depths[i] > 0)) continue
    if (planeMask !== null && planeMask[i] !== 0) blocked[i] = 1
    else active[i] = 1
  }
  // 2 leaves
  const leaves = findLeaves(active, width, height, weights, settings)
  const { labels, leafCount } = leaves
  // 3 who touches whom, and how strongly
  const graph = connectLeaves(leaves, blocked, width, height, weights, settings.maxGap)
  // 4 holes without depth
  fillHolesInto(labels, surface, blocked, gridColor, settings)
  const areas = new Int32Array(leafCount)
  for (const label of labels) if (label >= 0) areas[label]++
  // 5 the merge tree
  const measures = measureLeaves(surface, labels, leafCount, Math.max(1, 2 * leafCount - 1))
  const merges = mergeRegions(graph, areas, measures, settings)
  // 6 touching leaves that the greedy order kept apart
  const pairs: number[] = []
  for (const { a, b, weightSum, length } of graph.boundaries) {
    const isSibling = merges.parents[a] >= 0 && merges.parents[a] === merges.parents[b]
    if (!isSibling && weightSum / length < settings.pairWeight) pairs.push(a, b)
  }
  const { pixelOrder, ranges } = orderPixels(labels, areas, merges)
  return {
    width,
    height,
    step,
    leafCount,
    labels,
    ...merges,
    pixelOrder,
    ranges,
    pairs: Int32Array.from(pairs),
    measures,
  }
}

/** Depth-first order of the leaves makes the pixels of every node one range. */
function orderPixels(
  labels: Int32Array,
  areas: Int32Array,
  merges: Merges,
): { pixelOrder: Int32Array; ranges: Int32Array } {
  const { nodeCount, children, parents } = merges
  const leafCount = areas.length
  const ranges = new Int32Array(2 * nodeCount)
  let offset = 0
  for (let root = 0; root < nodeCount; root++) {
    if (parents[root] >= 0) continue
    const stack = [root]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node < leafCount) {
        ranges[2 * node] = offset
        offset += areas[node]
        ranges[2 * node + 1] = offset
      } else stack.push(children[2 * node], children[2 * node + 1])
    }
  }
  for (let node = leafCount; node < nodeCount; node++) {
    const a = children[2 * node]
    const b = children[2 * node + 1]
    ranges[2 * node] = Math.min(ranges[2 * a], ranges[2 * b])
    ranges[2 * node + 1] = Math.max(ranges[2 * a + 1], ranges[2 * b + 1])
  }
  const next = Int32Array.from(areas, (_, leaf) => ranges[2 * leaf])
  const pixelOrder = new Int32Array(offset)
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) pixelOrder[next[labels[i]]++] = i
  return { pixelOrder, ranges }
}

function createBlackImage(width: number, height: number): ColorImage {
  return { width, height, data: new Uint8Array(3 * width * height) }
}

function assertSizes(surface: Surface, color: ColorImage | null, planeMask: Uint8Array | null): void {
  const { width, height, step } = surface
  if (planeMask !== null && planeMask.length !== width * height) {
    throw new RangeError(`plane mask has ${planeMask.length} pixels, expected ${width * height}`)
  }
  if (color !== null && (Math.ceil(color.width / step) !== width || Math.ceil(color.height / step) !== height)) {
    throw new RangeError(`colour is ${color.width}x${color.height}, the grid ${width}x${height} with step ${step}`)
  }
}
