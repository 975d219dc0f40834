import type { ColorImage } from '@sextant/geometry'
import type { Surface } from '@sextant/surface'
import { createEdgeEvidence } from './edge-weights.ts'
import { fillHolesInto } from './fill-holes.ts'
import { createGridColor } from './grid-color.ts'
import { findLeaves } from './leaves.ts'
import { measureLeaves } from './measure-leaves.ts'
import { mergeRegions } from './merge-regions.ts'
import { connectLeaves, type Boundary } from './region-graph.ts'
import { REGION_DEFAULTS, type RegionOptions } from './region-options.ts'
import type { Contacts, RegionTree } from './region-tree.ts'

/**
 * Cuts a measured surface into regions of one object each, at all granularities.
 *
 * @param color      the image the depth is registered to, or null; its size is the surface's grid times its step
 * @param planeMask  [height, width] of the grid, not 0 = excluded (see `planeMaskInto`), or null
 * @returns leaves and merge tree; without measured pixels a tree without nodes
 * @throws {RangeError} mask or colour differ in size from the surface
 * @cost   640x480 (grid 320x240) 8 to 14 ms
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
  const evidence = createEdgeEvidence(surface, gridColor)

  // 1 which pixels take part
  const active = new Uint8Array(width * height)
  const blocked = new Uint8Array(width * height)
  for (let i = 0; i < active.length; i++) {
    if (!(depths[i] > 0)) continue
    if (planeMask !== null && planeMask[i] !== 0) blocked[i] = 1
    else active[i] = 1
  }
  // 2 leaves
  const leaves = findLeaves(active, width, evidence, settings)
  const { labels, leafCount } = leaves
  // 3 who touches whom, and how strongly
  const boundaries = connectLeaves(leaves, blocked, width, height, evidence, settings)
  // 4 holes without depth
  fillHolesInto(labels, surface, blocked, gridColor, settings)
  // 5 the merge hierarchies
  const measures = measureLeaves(surface, labels, leafCount)
  const { leafPixels, leafStarts } = groupPixels(labels, leafCount)
  const hierarchies = settings.hierarchies.map((belief) =>
    mergeRegions(boundaries, leafStarts, measures, belief, settings),
  )
  // 6 touching leaves that the greedy order may have kept apart
  const pairs: number[] = []
  for (const { a, b, distance, turn, color, length } of boundaries) {
    if (distance + turn + color < settings.pairWeight * length) pairs.push(a, b)
  }
  return {
    width,
    height,
    step,
    color: gridColor,
    leafCount,
    labels,
    leafPixels,
    leafStarts,
    measures,
    hierarchies,
    pairs: Int32Array.from(pairs),
    contacts: flattenContacts(boundaries, countRims(labels, leafCount, width)),
  }
}

function flattenContacts(boundaries: readonly Boundary[], rims: Int32Array): Contacts {
  return {
    leaves: Int32Array.from(boundaries.flatMap(({ a, b }) => [a, b])),
    lengths: Int32Array.from(boundaries, ({ length }) => length),
    weights: Float32Array.from(boundaries, ({ distance, turn, color, length }) => (distance + turn + color) / length),
    rims,
  }
}

function countRims(labels: Int32Array, leafCount: number, width: number): Int32Array {
  const rims = new Int32Array(leafCount)
  const lastRow = labels.length - width
  for (let row = 0; row < labels.length; row += width) {
    for (let i = row; i < row + width; i++) {
      const label = labels[i]
      if (label < 0) continue
      if (i === row || labels[i - 1] < 0) rims[label]++
      if (i === row + width - 1 || labels[i + 1] < 0) rims[label]++
      if (row === 0 || labels[i - width] < 0) rims[label]++
      if (row === lastRow || labels[i + width] < 0) rims[label]++
    }
  }
  return rims
}

/** Counting sort of the labelled pixels by leaf. */
function groupPixels(labels: Int32Array, leafCount: number): { leafPixels: Int32Array; leafStarts: Int32Array } {
  const leafStarts = new Int32Array(leafCount + 1)
  for (const label of labels) if (label >= 0) leafStarts[label + 1]++
  for (let leaf = 0; leaf < leafCount; leaf++) leafStarts[leaf + 1] += leafStarts[leaf]
  const next = leafStarts.slice()
  const leafPixels = new Int32Array(leafStarts[leafCount])
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0) leafPixels[next[labels[i]]++] = i
  return { leafPixels, leafStarts }
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
