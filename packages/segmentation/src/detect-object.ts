import type { Detection, StageTimings } from '@sextant/contracts'
import { encodeGridMask } from './grid-mask.ts'
import { MATCH_DEFAULTS, matchProposal, type MatchOptions, type ProposalMatch } from './match-proposal.ts'
import { rankDiversely } from './rank-diversely.ts'
import {
  MAX_EXTENT_RATIO,
  type DescribedProposal,
  type SceneSegmentation,
  type SegmentationEnv,
} from './segment-scene.ts'
import type { TemplateDescriptors } from './template-descriptors.ts'

export interface DetectOptions {
  /** most detections */
  readonly limit: number
  /** detections below are dropped, 0..1 */
  readonly minScore: number
  /** visible diameter over the object's */
  readonly extentRatio: readonly [number, number]
  /** silhouette area over the squared diameter */
  readonly areaRatio: readonly [number, number]
  /** a detection loses this share of its score per unit of IoU with a better one, 0..1 */
  readonly repetitionPenalty: number
  readonly match: MatchOptions
}

export const DETECT_DEFAULTS: DetectOptions = {
  limit: 100,
  minScore: 0,
  extentRatio: [0.22, MAX_EXTENT_RATIO],
  areaRatio: [0.012, 0.8],
  repetitionPenalty: 0.3,
  match: MATCH_DEFAULTS,
}

export interface ObjectDetections {
  /** best first */
  readonly detections: readonly Detection[]
  /** why there is none: nothing measured, or nothing of the object's size */
  readonly reason: 'no_depth' | 'no_candidates' | null
  readonly trace: { readonly timings: StageTimings; readonly candidateCount: number }
}

/**
 * Ranks the proposals of a scene for one object.
 *
 * @returns detections with fresh masks; empty with a reason when no proposal can be the object
 * @cost O(proposals of the object's size · views)
 */
export function detectObject(
  scene: SceneSegmentation,
  object: TemplateDescriptors,
  options: Partial<DetectOptions>,
  env: Pick<SegmentationEnv, 'trace'>,
): ObjectDetections {
  const settings = { ...DETECT_DEFAULTS, ...options }
  const { trace } = env
  // 1 what has the object's size at its depth
  const candidates = scene.proposals.filter((proposal) => hasSizeOf(proposal, object.diameterMm, settings))
  // 2 how well each fits the best view
  const matched = trace.span('match', () =>
    candidates.map((proposal) => {
      const match = matchProposal(proposal.features, proposal.closure, object, settings.match)
      return { proposal, match, leaves: proposal.leaves, areaPx: proposal.areaPx, score: match.score }
    }),
  )
  // 3 the best, spread over the image
  const ranked = trace.span('rank', () =>
    rankDiversely(matched, scene.tree, settings.limit, settings.repetitionPenalty).filter(
      ({ score }) => score >= settings.minScore,
    ),
  )
  // 4 masks in the image
  const detections = trace.span('masks', () =>
    ranked.map(({ candidate, score }) => toDetection(scene, candidate.proposal, candidate.match, score)),
  )
  const hasDepth = scene.tree.leafCount > 0
  const reason = detections.length > 0 ? null : hasDepth ? 'no_candidates' : 'no_depth'
  return { detections, reason, trace: { timings: trace.timings, candidateCount: candidates.length } }
}

function hasSizeOf({ features }: DescribedProposal, diameterMm: number, settings: DetectOptions): boolean {
  const extent = features.extentMm / diameterMm
  const area = features.areaMm2 / diameterMm ** 2
  const { extentRatio, areaRatio } = settings
  return extent >= extentRatio[0] && extent <= extentRatio[1] && area >= areaRatio[0] && area <= areaRatio[1]
}

function toDetection(
  scene: SceneSegmentation,
  proposal: DescribedProposal,
  match: ProposalMatch,
  score: number,
): Detection {
  const { mask, box } = encodeGridMask(proposal.maskPixels, scene.surface, scene.width, scene.height)
  const { appearance, geometry, shape, templateIndex } = match
  const { closure } = proposal
  return { mask, box, score, source: 'proposal', scoreParts: { appearance, geometry, shape, closure }, templateIndex }
}
