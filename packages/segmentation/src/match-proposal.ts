import type { RegionFeatures } from './region-features.ts'
import type { TemplateDescriptors } from './template-descriptors.ts'

export interface MatchOptions {
  readonly appearanceWeight: number
  readonly geometryWeight: number
  readonly shapeWeight: number
}

export const MATCH_DEFAULTS: MatchOptions = { appearanceWeight: 0.4, geometryWeight: 0.3, shapeWeight: 0.3 }

/** How well a proposal fits an object; all parts 0..1. */
export interface ProposalMatch {
  readonly score: number
  /** colours as in the best view; 0.5 for a colourless CAD */
  readonly appearance: number
  /** size at the measured depth against the best view */
  readonly geometry: number
  /** distribution of distances and normals against the best view */
  readonly shape: number
  readonly templateIndex: number
}

const NEUTRAL_APPEARANCE = 0.5

/** The best view of an object for a proposal, and how well it fits. */
export function matchProposal(
  proposal: RegionFeatures,
  object: TemplateDescriptors,
  options: MatchOptions,
): ProposalMatch {
  const { appearanceWeight, geometryWeight, shapeWeight } = options
  const palette = object.hasColor ? paletteShare(proposal.colors, object.palette) : NEUTRAL_APPEARANCE
  let best: ProposalMatch = { score: -1, appearance: 0, geometry: 0, shape: 0, templateIndex: 0 }
  object.views.forEach((view, templateIndex) => {
    if (!(view.areaMm2 > 0)) return
    const appearance = object.hasColor
      ? 0.35 * palette +
        0.45 * intersection(proposal.colors, view.colors) +
        0.2 * intersection(proposal.lights, view.lights)
      : NEUTRAL_APPEARANCE
    const geometry =
      sizeFit(Math.sqrt(proposal.areaMm2 / view.areaMm2)) * sizeFit(proposal.extentMm / view.extentMm)
    const shape = intersection(proposal.pairs, view.pairs)
    const score = appearanceWeight * appearance + geometryWeight * geometry + shapeWeight * shape
    if (score > best.score) best = { score, appearance, geometry, shape, templateIndex }
  })
  return best.score < 0 ? { ...best, score: 0 } : best
}

/** Share of the pixels whose colour the object has at all; colours count fully from an even share on. */
function paletteShare(colors: Float32Array, palette: Float32Array): number {
  let sum = 0
  for (let k = 0; k < colors.length; k++) if (colors[k] > 0) sum += Math.min(colors[k], PALETTE_GAIN * palette[k])
  return sum
}
/** A colour of a tenth of the object may fill a third of what is visible. */
const PALETTE_GAIN = 3

function intersection(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += Math.min(a[k], b[k])
  return sum
}

/** 1 at equal size; falls slowly below (occlusion) and fast above (nothing makes an object larger). */
function sizeFit(ratio: number): number {
  if (ratio > 1) return Math.exp(-0.5 * (Math.log(ratio) / TOO_LARGE) ** 2)
  return 1 - TOO_SMALL * (1 - ratio)
}
const TOO_LARGE = 0.2
const TOO_SMALL = 0.8
