import type { CameraFromObject } from '@sextant/geometry'
import type { Rle } from './detection.ts'

/** Measured parts of a pose's score. Fractions are of the pixels of the rendered object. */
export interface PoseScoreParts {
  /** raw verification score S; the probability is a monotone function of it */
  readonly verification: number
  /** rendered pixels that are neither occluded nor without depth */
  readonly visibleFraction: number
  /** rendered pixels whose depth agrees with the frame */
  readonly inlierFraction: number
  /** rendered pixels the frame sees through (observed surface lies behind) */
  readonly violationFraction: number
  /** rendered pixels hidden behind something nearer */
  readonly occludedFraction: number
  /** mean of |observed - rendered| over the inliers, mm */
  readonly depthResidualMm: number
  /** mean agreement of observed and rendered normals over the inliers, 0..1 */
  readonly normalAgreement: number
  /** share of the silhouette confirmed by a depth jump or an image edge, 0..1 */
  readonly silhouetteSupport: number
  /** IoU of the explained pixels with the best segment of the frame, 0..1 */
  readonly segmentIou: number
  /** correlation of observed and rendered colour, -1..1; null when the CAD has no colour */
  readonly colorAgreement: number | null
}

/** One verified answer. */
export interface PoseEstimate {
  readonly cameraFromObject: CameraFromObject
  /** probability that the pose is right, 0..1 */
  readonly score: number
  readonly parts: PoseScoreParts
  /** pixels that are rendered and agree in depth */
  readonly mask: Rle
  /** index of the detection it grew from; null when found without one */
  readonly detectionIndex: number | null
}

/** Why no pose is answered. */
export type RejectionReason =
  'no_depth' | 'no_candidates' | 'no_hypotheses' | 'score_below_threshold' | 'deadline_exceeded'

/** The answer for one object: found, looked for and absent, or seen but not believed. */
export interface ObjectOutcome {
  readonly status: 'estimated' | 'not_found' | 'rejected'
  readonly reason: RejectionReason | null
  readonly poses: readonly PoseEstimate[]
  /** best hypothesis that was not believed */
  readonly bestRejected: PoseEstimate | null
}
