/** Thresholds of MSSD in diameters. */
export const MSSD_THRESHOLDS: readonly number[] = Array.from({ length: 10 }, (_, k) => (k + 1) / 20)

/** Thresholds of MSPD, px in an image 640 px wide. */
export const MSPD_THRESHOLDS: readonly number[] = Array.from({ length: 10 }, (_, k) => 5 * (k + 1))

/** One true instance and how far the answer given for it is off; infinite when there is none. */
export interface InstanceScore {
  /** MSSD in diameters */
  readonly mssdPerDiameter: number
  /** px */
  readonly mspd: number
  readonly imageWidth: number
}

/** Share of instances below each threshold, averaged over the thresholds; 0..1. NaN without instances. */
export function averageRecall(errors: readonly number[], thresholds: readonly number[]): number {
  const recalls = thresholds.map((threshold) => recallBelow(errors, threshold))
  return recalls.reduce((sum, recall) => sum + recall, 0) / thresholds.length
}

/** Share of errors strictly below the threshold. NaN without errors. */
export function recallBelow(errors: readonly number[], threshold: number): number {
  return errors.filter((error) => error < threshold).length / errors.length
}

/** AR_MSSD: thresholds 0.05 d to 0.5 d. @source Hodaň et al. 2020, BOP Challenge, section 2.4 */
export function averageRecallMssd(scores: readonly InstanceScore[]): number {
  return averageRecall(
    scores.map((score) => score.mssdPerDiameter),
    MSSD_THRESHOLDS,
  )
}

/** AR_MSPD: thresholds 5 to 50 px times width / 640. @source Hodaň et al. 2020, BOP Challenge, section 2.4 */
export function averageRecallMspd(scores: readonly InstanceScore[]): number {
  return averageRecall(
    scores.map((score) => (score.mspd * 640) / score.imageWidth),
    MSPD_THRESHOLDS,
  )
}
