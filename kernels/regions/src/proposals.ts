import type { Vector3 } from '@sextant/geometry'
import type { Surface } from '@sextant/surface'
import { measureLeaves } from './measure-leaves.ts'
import { SPAN_WIDTH, type LeafMeasures, type RegionTree } from './region-tree.ts'

/** One class-agnostic guess where an object may be. */
export interface Proposal {
  /** grid indices, grouped by leaf */
  readonly maskPixels: Int32Array
  /** grid pixels */
  readonly areaPx: number
  /** grid px, x1/y1 exclusive */
  readonly box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number }
  /** diameter of the visible surface, mm */
  readonly extentMm: number
  /** mean of the visible surface, mm, camera */
  readonly centroid: Vector3
  /** mm */
  readonly meanDepth: number
  /** how clearly it ends where it ends: mean of min(1, boundary weight) along its outline, 0..1 */
  readonly closure: number
  /** leaves of the tree */
  readonly leaves: Int32Array
}

export interface ProposalLimits {
  /** grid pixels */
  readonly minPixels: number
  /** mm */
  readonly minExtentMm: number
  readonly maxExtentMm: number
  /** two proposals that overlap more are one; the larger stays */
  readonly maxIou: number
}

/*
 * maxIou: mean best IoU / proposals per frame on the frames of region-options.ts; AP of detection and AR_MSSD told these
 * proposals, on every fifth synthetic instance and on the real ones:
 *   .85           synth .897 / 43, AP .725, AR .972     real .797 / 151, AP .471, AR .876
 *   .88                 .902 / 46,    .764,    .981          .800 / 164,    .474,    .856
 *   .9 (default)        .904 / 48,    .794,    .975          .806 / 169,    .474,    .824
 *   .93                 .908 / 50,    .802,    .987          .805 / 184,    .501,    .860
 *   .95                 .909 / 56                            .808 / 195
 * Real AR differs by the turns of four hardly believed poses, two this way and two that. With .93 a mug of the bundled
 * example, whose handle is hidden, is turned by 3.9 degrees instead of 1.2: there S is flat, and any change of the search
 * moves it.
 */
export const PROPOSAL_DEFAULTS: ProposalLimits = { minPixels: 40, minExtentMm: 0, maxExtentMm: 500, maxIou: 0.9 }

/** A set of leaves with what decides about keeping it. */
interface Candidate {
  readonly leaves: Int32Array
  readonly areaPx: number
}

/** All nodes of all hierarchies and touching pairs within the limits, largest first, without near duplicates. */
export function proposalsOf(tree: RegionTree, limits: Partial<ProposalLimits> = {}): Proposal[] {
  const settings = { ...PROPOSAL_DEFAULTS, ...limits }
  const areas = Int32Array.from(
    { length: tree.leafCount },
    (_, leaf) => tree.leafStarts[leaf + 1] - tree.leafStarts[leaf],
  )
  const candidates = listCandidates(tree, areas).filter(({ areaPx, leaves }) => {
    if (areaPx < settings.minPixels) return false
    const extent = extentOf(tree.measures, leaves)
    return extent >= settings.minExtentMm && extent <= settings.maxExtentMm
  })
  return removeDuplicates(candidates, areas, settings.maxIou).map(({ leaves, areaPx }) => {
    const maskPixels = new Int32Array(areaPx)
    let offset = 0
    for (const leaf of leaves) {
      maskPixels.set(tree.leafPixels.subarray(tree.leafStarts[leaf], tree.leafStarts[leaf + 1]), offset)
      offset += areas[leaf]
    }
    return describe(tree, tree.measures, leaves, maskPixels)
  })
}

/**
 * The parts of nodes and pairs that lie inside a mask, for those at least half inside it.
 *
 * @param mask  [height, width] of the grid, not 0 = inside
 * @throws {RangeError} the mask has another size
 */
export function proposalsWithin(
  tree: RegionTree,
  surface: Surface,
  mask: Uint8Array,
  limits: Partial<ProposalLimits> = {},
): Proposal[] {
  const { width, height, labels, leafCount, leafPixels, leafStarts } = tree
  if (mask.length !== width * height) throw new RangeError(`mask has ${mask.length} pixels, expected ${width * height}`)
  const settings = { ...PROPOSAL_DEFAULTS, ...limits }
  const whole = new Int32Array(leafCount)
  const inside = new Int32Array(leafCount)
  const clipped = labels.map((label, i) => (label >= 0 && mask[i] !== 0 ? label : -1))
  for (let leaf = 0; leaf < leafCount; leaf++) whole[leaf] = leafStarts[leaf + 1] - leafStarts[leaf]
  for (const label of clipped) if (label >= 0) inside[label]++
  const measures = measureLeaves(surface, clipped, leafCount)
  const candidates = listCandidates(tree, inside).filter(({ areaPx, leaves }) => {
    if (areaPx < settings.minPixels) return false
    let area = 0
    for (const leaf of leaves) area += whole[leaf]
    const extent = extentOf(measures, leaves)
    return 2 * areaPx >= area && extent >= settings.minExtentMm && extent <= settings.maxExtentMm
  })
  return removeDuplicates(candidates, inside, settings.maxIou).map(({ leaves, areaPx }) => {
    const maskPixels = new Int32Array(areaPx)
    let offset = 0
    for (const leaf of leaves) {
      for (let k = leafStarts[leaf]; k < leafStarts[leaf + 1]; k++) {
        if (mask[leafPixels[k]] !== 0) maskPixels[offset++] = leafPixels[k]
      }
    }
    return describe(tree, measures, leaves, maskPixels)
  })
}

function listCandidates(tree: RegionTree, areas: Int32Array): Candidate[] {
  const candidates: Candidate[] = []
  const add = (leaves: Int32Array): void => {
    let areaPx = 0
    for (const leaf of leaves) areaPx += areas[leaf]
    candidates.push({ leaves, areaPx })
  }
  for (let leaf = 0; leaf < tree.leafCount; leaf++) add(Int32Array.of(leaf))
  for (const { nodeCount, ranges, leafOrder } of tree.hierarchies) {
    for (let node = tree.leafCount; node < nodeCount; node++) {
      add(leafOrder.slice(ranges[2 * node], ranges[2 * node + 1]))
    }
  }
  for (let p = 0; p < tree.pairs.length; p += 2) add(tree.pairs.slice(p, p + 2))
  return candidates
}

/** Keeps larger ones first; of equal ones the first listed. */
function removeDuplicates(candidates: readonly Candidate[], areas: Int32Array, maxIou: number): Candidate[] {
  const sorted = [...candidates].sort((a, b) => b.areaPx - a.areaPx)
  const isOwn = new Uint8Array(areas.length)
  const kept: Candidate[] = []
  for (const candidate of sorted) {
    for (const leaf of candidate.leaves) isOwn[leaf] = 1
    let isDuplicate = false
    for (let k = kept.length - 1; k >= 0 && !isDuplicate; k--) {
      const other = kept[k]
      // Sorted by area: everything before is larger still.
      if (candidate.areaPx < maxIou * other.areaPx) break
      let shared = 0
      for (const leaf of other.leaves) if (isOwn[leaf] === 1) shared += areas[leaf]
      isDuplicate = shared > maxIou * (candidate.areaPx + other.areaPx - shared)
    }
    for (const leaf of candidate.leaves) isOwn[leaf] = 0
    if (!isDuplicate) kept.push(candidate)
  }
  return kept
}

/** Diameter of a set of leaves as the widest of the directions, mm; 0 when nothing is measured. */
function extentOf(measures: LeafMeasures, leaves: Int32Array): number {
  const { spans } = measures
  let extent = 0
  for (let k = 0; k < SPAN_WIDTH; k += 2) {
    let low = Infinity
    let high = -Infinity
    for (const leaf of leaves) {
      low = Math.min(low, spans[SPAN_WIDTH * leaf + k])
      high = Math.max(high, spans[SPAN_WIDTH * leaf + k + 1])
    }
    if (high > low) extent = Math.max(extent, high - low)
  }
  return extent
}

function describe(tree: RegionTree, measures: LeafMeasures, leaves: Int32Array, maskPixels: Int32Array): Proposal {
  const { sums, boxes } = measures
  const sum = [0, 0, 0, 0]
  let x0 = Infinity
  let y0 = Infinity
  let x1 = 0
  let y1 = 0
  for (const leaf of leaves) {
    for (let c = 0; c < 4; c++) sum[c] += sums[4 * leaf + c]
    x0 = Math.min(x0, boxes[4 * leaf])
    y0 = Math.min(y0, boxes[4 * leaf + 1])
    x1 = Math.max(x1, boxes[4 * leaf + 2])
    y1 = Math.max(y1, boxes[4 * leaf + 3])
  }
  const [x, y, z, count] = sum
  const centroid: Vector3 = [x / count, y / count, z / count]
  return {
    maskPixels,
    areaPx: maskPixels.length,
    box: { x0, y0, x1, y1 },
    extentMm: extentOf(measures, leaves),
    centroid,
    meanDepth: centroid[2],
    closure: closureOf(tree, leaves),
    leaves,
  }
}

/** A part of an object ends along weak boundaries, a whole one along jumps, creases and the table. */
function closureOf({ contacts, leafCount }: RegionTree, leaves: Int32Array): number {
  const isOwn = new Uint8Array(leafCount)
  let strength = 0
  for (const leaf of leaves) {
    isOwn[leaf] = 1
    strength += contacts.rims[leaf]
  }
  let length = strength
  for (let c = 0; c < contacts.lengths.length; c++) {
    if (isOwn[contacts.leaves[2 * c]] === isOwn[contacts.leaves[2 * c + 1]]) continue
    length += contacts.lengths[c]
    strength += contacts.lengths[c] * Math.min(1, contacts.weights[c])
  }
  return length > 0 ? strength / length : 0
}
