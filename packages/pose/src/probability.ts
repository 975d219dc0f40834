/** Slope and midpoint of the logistic from verification score to probability; provisional, between the fits to
 * synthetic (18, 0.95) and real (12, 0.85) frames of the prototype. */
const SLOPE = 12
const MIDPOINT = 0.85

/** Probability that a pose with verification score S is right. */
export function probabilityOf(score: number): number {
  return 1 / (1 + Math.exp(-SLOPE * (score - MIDPOINT)))
}
