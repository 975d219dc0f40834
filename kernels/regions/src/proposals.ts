import type { Vector3 } from '@sextant/geometry'
import type { Surface } from '@sextant/surface'
import { measureLeaves } from './measure-leaves.ts'
import { DIRECTION_COUNT, extentOf, joinMeasuresInto, type NodeMeasures, type RegionTree } from './region-tree.ts'

/** One class-agnostic guess where an object may be. */
export interface Proposal {
  /** grid indices */
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
  /** node of the tree, or -1 for a pair of touching leaves */
  readonly node: number
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

export const PROPOSAL_DEFAULTS: ProposalLimits = { minPixels: 40, minExtentMm: 0, maxExtentMm: 500, maxIou: 0.85 }

/** Ranges of `pixelOrder` that make up one proposal: one for a node, two for a pair. */
interface Candidate {
  readonly node: number
  readonly nodes: readonly number[]
  readonly areaPx: number
}

/**
 * All nodes and touching pairs within the limits, largest first, without near duplicates.
 *
 * @returns masks of single nodes alias the tree's buffer; read only
 */
export function proposalsOf(tree: RegionTree, limits: Partial<ProposalLimits> = {}): Proposal[] {
  const settings = { ...PROPOSAL_DEFAULTS, ...limits }
  const scratch = createMeasures(1)
  const within = listCandidates(tree).filter((candidate) => {
    if (candidate.areaPx < settings.minPixels) return false
    const extent = extentOf(...measureOf(tree, candidate, scratch))
    return extent >= settings.minExtentMm && extent <= settings.maxExtentMm
  })
  return removeDuplicates(tree, within, settings.maxIou).map((candidate) => describe(tree, candidate, scratch))
}

/**
 * The parts of nodes and pairs that lie inside a mask, for those at least half inside it; the mask itself is not among them.
 *
 * @param mask  [height, width] of the grid, not 0 = inside
 */
export function proposalsWithin(
  tree: RegionTree,
  surface: Surface,
  mask: Uint8Array,
  limits: Partial<ProposalLimits> = {},
): Proposal[] {
  const { width, height, labels } = tree
  if (mask.length !== width * height) throw new RangeError(`mask has ${mask.length} pixels, expected ${width * height}`)
  const insideLeaves = new Int32Array(tree.leafCount)
  const clipped = labels.map((label, i) => (label >= 0 && mask[i] !== 0 ? label : -1))
  for (const label of clipped) if (label >= 0) insideLeaves[label]++
  const insideNodes = new Int32Array(tree.nodeCount)
  insideNodes.set(insideLeaves)
  const measures = measureLeaves(surface, clipped, tree.leafCount, Math.max(1, tree.nodeCount))
  for (let node = tree.leafCount; node < tree.nodeCount; node++) {
    const a = tree.children[2 * node]
    const b = tree.children[2 * node + 1]
    insideNodes[node] = insideNodes[a] + insideNodes[b]
    joinMeasuresInto(measures, node, a, b)
  }
  const settings = { ...PROPOSAL_DEFAULTS, ...limits }
  const local: RegionTree = { ...tree, measures }
  const scratch = createMeasures(1)
  const proposals: Proposal[] = []
  const candidates = listCandidates(tree).filter((candidate) => {
    const inside = candidate.nodes.reduce((sum, node) => sum + insideNodes[node], 0)
    return inside >= settings.minPixels && 2 * inside >= candidate.areaPx
  })
  for (const candidate of removeDuplicates(tree, candidates, settings.maxIou)) {
    const whole = describe(local, candidate, scratch)
    const maskPixels = whole.maskPixels.filter((i) => mask[i] !== 0)
    if (whole.extentMm < settings.minExtentMm || whole.extentMm > settings.maxExtentMm) continue
    proposals.push({ ...whole, maskPixels, areaPx: maskPixels.length })
  }
  return proposals
}

function listCandidates(tree: RegionTree): Candidate[] {
  const { nodeCount, ranges, pairs } = tree
  const areaOf = (node: number): number => ranges[2 * node + 1] - ranges[2 * node]
  const candidates: Candidate[] = []
  for (let node = 0; node < nodeCount; node++) candidates.push({ node, nodes: [node], areaPx: areaOf(node) })
  for (let p = 0; p < pairs.length; p += 2) {
    const nodes = [pairs[p], pairs[p + 1]]
    candidates.push({ node: -1, nodes, areaPx: areaOf(nodes[0]) + areaOf(nodes[1]) })
  }
  return candidates
}

/** Keeps larger ones first. Ranges of a tree are nested or disjoint, so an overlap is a minimum of sizes. */
function removeDuplicates(tree: RegionTree, candidates: readonly Candidate[], maxIou: number): Candidate[] {
  const { ranges } = tree
  const sorted = [...candidates].sort((a, b) => b.areaPx - a.areaPx || b.node - a.node)
  const kept: Candidate[] = []
  for (const candidate of sorted) {
    let isDuplicate = false
    for (let k = kept.length - 1; k >= 0 && !isDuplicate; k--) {
      const other = kept[k]
      // Sorted by area: everything before is larger still.
      if (candidate.areaPx < maxIou * other.areaPx) break
      let shared = 0
      for (const a of candidate.nodes) {
        for (const b of other.nodes) {
          const low = Math.max(ranges[2 * a], ranges[2 * b])
          const high = Math.min(ranges[2 * a + 1], ranges[2 * b + 1])
          if (high > low) shared += high - low
        }
      }
      isDuplicate = shared > maxIou * (candidate.areaPx + other.areaPx - shared)
    }
    if (!isDuplicate) kept.push(candidate)
  }
  return kept
}

function createMeasures(count: number): NodeMeasures {
  return {
    sums: new Float64Array(4 * count),
    spans: new Float32Array(2 * DIRECTION_COUNT * count),
    boxes: new Int32Array(4 * count),
  }
}

/** Spans of a candidate and the row in them; pairs are joined into `scratch`. */
function measureOf(tree: RegionTree, candidate: Candidate, scratch: NodeMeasures): [Float32Array, number] {
  if (candidate.node >= 0) return [tree.measures.spans, candidate.node]
  joinPairInto(scratch, tree.measures, candidate.nodes)
  return [scratch.spans, 0]
}

function joinPairInto(out: NodeMeasures, measures: NodeMeasures, nodes: readonly number[]): void {
  const [a, b] = nodes
  const width = 2 * DIRECTION_COUNT
  const pair: NodeMeasures = {
    sums: new Float64Array(12),
    spans: new Float32Array(3 * width),
    boxes: new Int32Array(12),
  }
  for (const [row, node] of [
    [1, a],
    [2, b],
  ]) {
    pair.sums.set(measures.sums.subarray(4 * node, 4 * node + 4), 4 * row)
    pair.spans.set(measures.spans.subarray(width * node, width * node + width), width * row)
    pair.boxes.set(measures.boxes.subarray(4 * node, 4 * node + 4), 4 * row)
  }
  joinMeasuresInto(pair, 0, 1, 2)
  out.sums.set(pair.sums.subarray(0, 4))
  out.spans.set(pair.spans.subarray(0, width))
  out.boxes.set(pair.boxes.subarray(0, 4))
}

function describe(tree: RegionTree, candidate: Candidate, scratch: NodeMeasures): Proposal {
  const { ranges, pixelOrder } = tree
  const { node, nodes, areaPx } = candidate
  let measures = tree.measures
  let row = node
  let maskPixels: Int32Array
  if (node >= 0) maskPixels = pixelOrder.subarray(ranges[2 * node], ranges[2 * node + 1])
  else {
    joinPairInto(scratch, tree.measures, nodes)
    measures = scratch
    row = 0
    maskPixels = new Int32Array(areaPx)
    let offset = 0
    for (const part of nodes) {
      maskPixels.set(pixelOrder.subarray(ranges[2 * part], ranges[2 * part + 1]), offset)
      offset += ranges[2 * part + 1] - ranges[2 * part]
    }
  }
  const { sums, spans, boxes } = measures
  const [x, y, z, count] = sums.subarray(4 * row, 4 * row + 4)
  const centroid: Vector3 = [x / count, y / count, z / count]
  const [x0, y0, x1, y1] = boxes.subarray(4 * row, 4 * row + 4)
  return {
    maskPixels,
    areaPx,
    box: { x0, y0, x1, y1 },
    extentMm: extentOf(spans, row),
    centroid,
    meanDepth: centroid[2],
    node,
  }
}
