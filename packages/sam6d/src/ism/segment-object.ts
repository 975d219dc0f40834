import type { ColorImage, PinholeCamera } from '@sextant/geometry'
import type { Session } from '@sextant/inference'
import { describeCrops, maskCrop, type CropDescriptor, type MaskedCrop } from './describe-crops.ts'
import { resizeMask } from './enlarge-logits.ts'
import { resizeForSegmentor } from './prepare-sam-image.ts'
import { proposeMasks, type ProposeOptions, type SamNetworks } from './propose-masks.ts'
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
import { suppressOverlaps, type Corners } from './suppress-overlaps.ts'

/** Exactly as the official demo, mistakes included; or with its mistakes mended. */
export type Sam6dMode = 'parity' | 'corrected'

const MIN_SEMANTIC = 0.2
/** Smallest box and mask, as shares of the image. */
const MIN_BOX_SHARE = 0.05 ** 2
const MIN_MASK_SHARE = 3e-4
const DUPLICATE_IOU = 0.25

/** A mask of the whole image, before any object is known. */
export interface ImageProposal {
  /** [height, width] in [0, 1]; soft at the border when the image was not 640 wide */
  readonly mask: Float32Array
  /** whole numbers, inclusive */
  readonly box: Corners
}

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

/** What SAM proposes, with its boxes and masks in the image's own size. */
export async function proposeForImage(
  networks: SamNetworks,
  color: ColorImage,
  options: Partial<ProposeOptions>,
): Promise<ImageProposal[]> {
  const small = resizeForSegmentor(color)
  const masks = await proposeMasks(networks, small, options)
  const scale = color.width / small.width
  return masks.map(({ mask, box }) => ({
    mask:
      small === color
        ? Float32Array.from(mask)
        : resizeMask(Float32Array.from(mask), small.height, small.width, color.height, color.width),
    box: box.map((value, i) =>
      Math.trunc(Math.min(value * scale, (i % 2 === 0 ? color.width : color.height) - 1)),
    ) as unknown as Corners,
  }))
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
  for (const proposal of proposals) {
    const [x1, y1, x2, y2] = proposal.box
    const area = proposal.mask.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
    const isSmall = ((x2 - x1) * (y2 - y1)) / pixels <= MIN_BOX_SHARE || area / pixels <= MIN_MASK_SHARE
    // A box less than 1/224 as high as wide leaves nothing to look at; the official code stops there.
    const isThin = Math.min(x2 - x1, y2 - y1) * 224 < Math.max(x2 - x1, y2 - y1) || x2 <= x1 || y2 <= y1
    if (isThin || (mode === 'corrected' && isSmall)) continue
    kept.push(proposal)
    crops.push(maskCrop(color, proposal.mask, proposal.box, true))
  }
  return { proposals: kept, descriptors: await describeCrops(session, crops) }
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
  const projected = chosen.map(({ i, view }) => {
    const centre = meanPoint(depth, proposals[i].mask, camera)
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
