import type { RegionFeatures } from './region-features.ts'
import type { TemplateDescriptors } from './template-descriptors.ts'

/** Exponents of the parts in the score, a weighted geometric mean: a part near zero cannot be outvoted. */
export interface MatchOptions {
  readonly appearance: number
  readonly geometry: number
  readonly shape: number
  readonly closure: number
}

/*
 * Share of instances whose proposal (IoU > 0.5) is among the first k of its object: synthetic scenes, and five real
 * frames with 24 instances in clutter or in a bin of equal cups. Upper rows: every second synthetic frame.
 *
 *                                                     synthetic @1/3/10       real @1/3/10
 *   chroma and extent of the prototype (ENGINE 9)     .57 / .77 / .90         .04 / .21 / .25
 *   sum of appearance, geometry, shape                .79 / .85 / .92         .21 / .38 / .58
 *   + blurred chroma                                  .82 / .89 / .92         .21 / .38 / .63
 *   product, shape doubled                            .78 / .89 / .91         .25 / .42 / .67
 *   + closure                                         .80 / .89 / .92         .38 / .50 / .83
 *   + diversity 0.3 (rank-diversely.ts)               .81 / .89 / .93         .38 / .54 / .88
 *   all 52 frames, 386 instances                      .83 / .89 / .94         .33 / .46 / .92
 *   + trimmed extents (default)                       .83 / .90 / .94         .33 / .54 / .96
 *
 * Real differences below .1 are two instances.
 */
export const MATCH_DEFAULTS: MatchOptions = { appearance: 0.4, geometry: 0.3, shape: 0.6, closure: 0.5 }

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

/** What a colourless CAD says about any colour. */
const NEUTRAL_APPEARANCE = 0.5
/** Shares of the appearance: colours the object has at all, colours of the view, brightness pattern of the view. */
const PALETTE_SHARE = 0.3
const COLOR_SHARE = 0.4
const LIGHT_SHARE = 0.3
/** A colour of a tenth of the object may fill three tenths of what is visible. */
const PALETTE_GAIN = 3
/** Nothing makes an object larger, so sizes above the view's fall off fast; occlusion makes it smaller. */
const TOO_LARGE = 0.2
const TOO_SMALL = 0.8
/** Keeps a single missing part from erasing the others. */
const FLOOR = 0.05

/**
 * The view of an object that fits a proposal best, and how well.
 *
 * @param closure  of the proposal, 0..1
 * @returns score 0 when no view has pixels
 * @cost O(views · bins)
 */
export function matchProposal(
  proposal: RegionFeatures,
  closure: number,
  object: TemplateDescriptors,
  options: MatchOptions = MATCH_DEFAULTS,
): ProposalMatch {
  const total = options.appearance + options.geometry + options.shape + options.closure
  const palette = object.hasColor ? paletteShare(proposal.colors, object.palette) : 0
  let best: ProposalMatch = { score: 0, appearance: 0, geometry: 0, shape: 0, templateIndex: 0 }
  object.views.forEach((view, templateIndex) => {
    if (!(view.areaMm2 > 0) || !(view.extentMm > 0)) return
    const appearance = object.hasColor
      ? PALETTE_SHARE * palette +
        COLOR_SHARE * overlap(proposal.colors, view.colors) +
        LIGHT_SHARE * overlap(proposal.lights, view.lights)
      : NEUTRAL_APPEARANCE
    const geometry = sizeFit(Math.sqrt(proposal.areaMm2 / view.areaMm2)) * sizeFit(proposal.extentMm / view.extentMm)
    const shape = overlap(proposal.pairs, view.pairs)
    const score = Math.exp(
      (options.appearance * Math.log(raise(appearance)) +
        options.geometry * Math.log(raise(geometry)) +
        options.shape * Math.log(raise(shape)) +
        options.closure * Math.log(raise(closure))) /
        total,
    )
    if (score > best.score) best = { score, appearance, geometry, shape, templateIndex }
  })
  return best
}

/** 0..1 to FLOOR..1 */
function raise(part: number): number {
  return (part + FLOOR) / (1 + FLOOR)
}

/** Share of the pixels whose colour the object has at all. */
function paletteShare(colors: Float32Array, palette: Float32Array): number {
  let sum = 0
  for (let k = 0; k < colors.length; k++) if (colors[k] > 0) sum += Math.min(colors[k], PALETTE_GAIN * palette[k])
  return sum
}

/** Histogram intersection. */
function overlap(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += Math.min(a[k], b[k])
  return sum
}

/** 1 at equal size, falling to both sides. */
function sizeFit(ratio: number): number {
  return ratio > 1 ? Math.exp(-0.5 * (Math.log(ratio) / TOO_LARGE) ** 2) : 1 - TOO_SMALL * (1 - ratio)
}
