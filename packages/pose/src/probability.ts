// Notes. Weights fitted on generated frames only (`npx tsx bench/fit-probability.ts`, which prints this table); a changed
// score needs a new fit. The penalty keeps the terms small: without it the fit follows the sensor models and loses on
// frames of real cameras (AUC .92 instead of .94).
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
  verification: 4.69,
  coarseness: 0.54,
  residual: -9.34,
  pattern: 2.85,
  chroma: -2.79,
  one: -4.52,
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
