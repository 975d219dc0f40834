// Notes. Weights fitted on 2539 answers about 126 generated frames (scenes 1000-1013, 2000-2013 and 3000-3013 of
// `sextant synth --scenes 14 --frames 3 --objects 10 --seed 1000|2000|3000`), by `bench/fit-probability.ts --penalty 20`.
// The score has since charged .1 more for coarse depth and less for missing depth; unseen frames stay calibrated (.033).
// A larger change needs a new fit. The penalty keeps the terms small: without it the fit follows the sensor models and
// loses on frames of real cameras (AUC .92 instead of .94).
import type { PoseScoreParts } from '@sextant/contracts'

/** What the probability is made of; a colourless CAD counts as undecided. */
export function probabilityTerms(parts: PoseScoreParts): Record<keyof typeof PROBABILITY_WEIGHTS, number> {
  const { verification, toleranceRatio, residualRatio, colorAgreement, colorSpread, chromaDifference } = parts
  return {
    verification,
    coarseness: Math.max(0, Math.min(5, toleranceRatio) - 1.5),
    residual: residualRatio - 0.2,
    pattern: (colorAgreement ?? 0) * Math.min(1, (colorSpread ?? 0) / 30),
    chroma: chromaDifference === null ? 0 : Math.min(0.7, chromaDifference) - 0.4,
    one: 1,
  }
}

export const PROBABILITY_WEIGHTS = {
  verification: 4,
  coarseness: 0.35,
  residual: -15,
  pattern: 2.73,
  chroma: -2.57,
  one: -4.4,
}

/** Probability that a pose is right (MSSD below 0.1 diameters). */
export function probabilityOf(parts: PoseScoreParts): number {
  const terms = probabilityTerms(parts)
  const logit = (Object.keys(PROBABILITY_WEIGHTS) as (keyof typeof PROBABILITY_WEIGHTS)[]).reduce(
    (sum, name) => sum + PROBABILITY_WEIGHTS[name] * terms[name],
    0,
  )
  return 1 / (1 + Math.exp(-logit))
}
