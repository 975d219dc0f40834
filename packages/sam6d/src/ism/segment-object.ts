import type { ColorImage, PinholeCamera } from '@sextant/geometry'
import type { Session } from '@sextant/inference'
import { describeCrops, maskCrop, type CropDescriptor, type MaskedCrop } from './describe-crops.ts'
import type { ImageProposal, Sam6dMode } from './proposal-source.ts'
import { resizeMaskInto } from './resize-mask.ts'
import {
  appearance,
  bestTemplate,
  boundsOf,
  combineScores,
  meanPoint,
  projectedIous,
  projectPoints,
  semanticScore,
  similarities,
} from './score-proposals.ts'
import { suppressOverlaps } from './suppress-overlaps.ts'

const MIN_SEMANTIC = 0.2
/** Smallest box and mask, as shares of the image. */
const MIN_BOX_SHARE = 0.05 ** 2
const MIN_MASK_SHARE = 3e-4
const DUPLICATE_IOU = 0.25

/** An object as the segmentation knows it. */
export interface ObjectViews {
  readonly descriptors: readonly CropDescriptor[]
  /** [9] cameraFromObject of each view */
  readonly rotations: readonly (readonly number[])[]
  /** [n, 3] m, points of the surface */
  readonly points: Float32Array
}

export interface ScoredProposal {
  readonly proposal: ImageProposal
  readonly score: number
  readonly parts: {
    readonly semantic: number
    readonly appearance: number
    readonly geometric: number
    readonly visible: number
  }
  /** view that looks most alike */
  readonly templateIndex: number
}

/** Proposals with their looks, computed once for all objects of a frame. */
export interface DescribedProposals {
  readonly proposals: readonly ImageProposal[]
  readonly descriptors: readonly CropDescriptor[]
}

/** Drops what is too small (corrected mode) or too thin to crop, and describes the rest. */
export async function describeProposals(
  session: Session,
  color: ColorImage,
  proposals: readonly ImageProposal[],
  mode: Sam6dMode,
): Promise<DescribedProposals> {
  const pixels = color.width * color.height
  const kept: ImageProposal[] = []
  const crops: MaskedCrop[] = []
  const mask = new Float32Array(pixels)
  for (const proposal of proposals) {
    const [x1, y1, x2, y2] = proposal.box
    resizeMaskInto(mask, proposal.mask, color)
    const area = countPixels(mask)
    const isSmall = ((x2 - x1) * (y2 - y1)) / pixels <= MIN_BOX_SHARE || area / pixels <= MIN_MASK_SHARE
    // A box less than 1/224 as high as wide leaves nothing to look at; the official code stops there.
    const isThin = Math.min(x2 - x1, y2 - y1) * 224 < Math.max(x2 - x1, y2 - y1) || x2 <= x1 || y2 <= y1
    if (isThin || (mode === 'corrected' && isSmall)) continue
    kept.push(proposal)
    crops.push(maskCrop(color, mask, proposal.box, true))
  }
  return { proposals: kept, descriptors: await describeCrops(session, crops) }
}

function countPixels(mask: Float32Array): number {
  let count = 0
  for (const value of mask) if (value > 0) count++
  return count
}

/**
 * Scores the proposals of a frame for one object.
 *
 * @param depth  [height, width] m
 * @returns parity: all above the semantic threshold, in the order of the proposals; corrected: best first, duplicates dropped
 * @source Lin et al. 2024, SAM-6D, section 3.2
 */
export function scoreForObject(
  { proposals, descriptors }: DescribedProposals,
  object: ObjectViews,
  depth: Float32Array,
  camera: PinholeCamera,
  mode: Sam6dMode,
): ScoredProposal[] {
  const templates = object.descriptors.map(({ classToken }) => classToken)
  const chosen = descriptors.flatMap(({ classToken }, i) => {
    const similarity = similarities(classToken, templates)
    const semantic = semanticScore(similarity)
    return semantic > MIN_SEMANTIC ? [{ i, semantic, view: bestTemplate(similarity) }] : []
  })
  const mask = new Float32Array(depth.length)
  const projected = chosen.map(({ i, view }) => {
    const centre = meanPoint(depth, resizeMaskInto(mask, proposals[i].mask, camera), camera)
    return boundsOf(projectPoints(object.points, object.rotations[view], centre, camera))
  })
  const ious = projectedIous(
    chosen.map(({ i }) => proposals[i].box),
    projected,
    mode === 'parity',
  )
  const scored = chosen.map(({ i, semantic, view }, k): ScoredProposal => {
    const width = descriptors[i].classToken.length
    const look = appearance(descriptors[i].patches, object.descriptors[view].patches, width)
    return {
      proposal: proposals[i],
      score: combineScores(semantic, look.score, ious[k], look.visible),
      parts: { semantic, appearance: look.score, geometric: ious[k], visible: look.visible },
      templateIndex: view,
    }
  })
  if (mode === 'parity') return scored
  const order = suppressOverlaps(
    scored.map(({ proposal }) => proposal.box),
    scored.map(({ score }) => score),
    DUPLICATE_IOU,
  )
  return order.map((k) => scored[k])
}
