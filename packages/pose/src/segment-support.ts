// How well the pixels a pose explains coincide with what the frame shows as one thing. A right pose explains a whole
// segment at some level of the hierarchies; a wrong one cuts a piece out of a segment or straddles several.
import type { Proposal, RegionTree } from '@sextant/regions'

/** The over-segmentation of the frame on one level. */
export interface SegmentLevel {
  /** [height, width] leaf of each level pixel; -1 outside all leaves */
  readonly labels: Int32Array
  /** [leafCount] level pixels of each leaf */
  readonly leafAreas: Int32Array
  readonly proposals: readonly { readonly leaves: Int32Array; readonly area: number }[]
}

/** Both 0..1. */
export interface SegmentSupport {
  /** largest IoU of the explained pixels with any proposal */
  readonly bestIou: number
  /** share of the touched leaves that is explained, mean over the explained pixels */
  readonly leafShare: number
}

/**
 * Brings the segmentation of the surface grid to a level with `factor` times coarser pixels.
 */
export function segmentLevelOf(
  tree: RegionTree,
  proposals: readonly Proposal[],
  width: number,
  height: number,
  factor: number,
): SegmentLevel {
  const labels = new Int32Array(width * height)
  const leafAreas = new Int32Array(tree.leafCount)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = tree.labels[factor * y * tree.width + factor * x]
      labels[y * width + x] = label
      if (label >= 0) leafAreas[label]++
    }
  }
  return {
    labels,
    leafAreas,
    proposals: proposals.map(({ leaves }) => ({
      leaves,
      area: leaves.reduce((sum, leaf) => sum + leafAreas[leaf], 0),
    })),
  }
}

/**
 * @param counts  [leafCount] explained pixels of each leaf
 * @param total   explained pixels, those outside all leaves included
 */
export function measureSegmentSupport(level: SegmentLevel, counts: Int32Array, total: number): SegmentSupport {
  if (total === 0) return { bestIou: 0, leafShare: 0 }
  let bestIou = 0
  for (const { leaves, area } of level.proposals) {
    let shared = 0
    for (const leaf of leaves) shared += counts[leaf]
    const iou = shared / (total + area - shared)
    if (iou > bestIou) bestIou = iou
  }
  let leafShare = 0
  for (let leaf = 0; leaf < counts.length; leaf++) {
    if (counts[leaf] > 0) leafShare += (counts[leaf] * counts[leaf]) / level.leafAreas[leaf]
  }
  return { bestIou, leafShare: leafShare / total }
}
