// Notes. Weights fitted on the answers about 84 generated frames (scenes 1000-1013 of one CAD set, 3000-3013 of another,
// `sextant synth --scenes 14 --frames 3 --objects 10 --seed 1000|3000`), by `bench/fit-probability.ts --penalty 5`. The
// penalty keeps the terms besides the score small: without it the fit follows the sensor models. The relief and the
// light came with sensors that bend surfaces and things that deviate from their CAD by up to two percent: calibration
// error on real frames .064 instead of .114, at .037 on the synthetic set; nothing of either was fitted.
import type { PoseScoreParts } from '@sextant/contracts'

/** What the probability is made of; a colourless CAD counts as undecided. */
export function probabilityTerms(parts: PoseScoreParts): Record<keyof typeof PROBABILITY_WEIGHTS, number> {
  const { verification, toleranceRatio, relief, colorAgreement, colorSpread } = parts
  return {
    verification,
    coarseness: Math.max(0, Math.min(5, toleranceRatio) - 1.5),
    relief: Math.log(Math.min(8, Math.max(0.25, relief))),
    pattern: (colorAgreement ?? 0) * Math.min(1, (colorSpread ?? 0) / 30),
    one: 1,
  }
}

export const PROBABILITY_WEIGHTS = {
  verification: 4.44,
  coarseness: 0.82,
  relief: 0.49,
  pattern: 1.86,
  one: -4.46,
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

/** Among many of its kind the odds of a pose are so many times those where the object may be absent. */
const COMPANY_ODDS = 4
/** Others of its kind from which on they rise, and from which on they rise no more. */
const COMPANY = { from: 1, full: 4 }

/**
 * Probabilities of several poses of one object. Half the questions of the fit were about absent objects, which most wrong
 * poses of middling score belong to. In a bin full of the object a further one is likelier, so the odds of each pose rise
 * with the number of others that are expected to be right; one other alone says nothing: a table holds most things once.
 * The order stays.
 *
 * @param scores  of poses that explain different pixels, each as if it were alone
 */
export function raisedByCompany(scores: readonly number[]): number[] {
  const expected = scores.reduce((sum, score) => sum + score, 0)
  return scores.map((score) => {
    const company = (expected - score - COMPANY.from) / (COMPANY.full - COMPANY.from)
    const factor = 1 + (COMPANY_ODDS - 1) * Math.min(1, Math.max(0, company))
    return (score * factor) / (1 + score * (factor - 1))
  })
}
