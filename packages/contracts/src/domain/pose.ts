import type { CameraFromObject } from '@sextant/geometry'
import type { Rle } from './detection.ts'

/** Measured parts of a pose's score. Fractions are of the pixels of the rendered object. */
export interface PoseScoreParts {
  /** raw verification score S; the probability grows with it */
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
  /** mean of |observed - rendered| over the allowed distance, over the inliers, 0..1 */
  readonly residualRatio: number
  /** allowed distance over 0.025 diameters: above 1 the depth is too noisy to show the object's detail */
  readonly toleranceRatio: number
  /** standard deviation of the frame's depth at the object, as measured from the frame, mm */
  readonly depthNoiseMm: number
  /** mean agreement of observed and rendered normals over the inliers, 0..1 */
  readonly normalAgreement: number
  /** share of the silhouette confirmed by a depth jump or an image edge, 0..1 */
  readonly silhouetteSupport: number
  /** IoU of the explained pixels with the best segment of the frame, 0..1 */
  readonly segmentIou: number
  /** correlation of observed and rendered colour, -1..1; null when the CAD has no colour */
  readonly colorAgreement: number | null
  /** standard deviation of the rendered colours, 0..255; null when the CAD has no colour */
  readonly colorSpread: number | null
  /** mean difference of observed and rendered chromaticity, 0..1 (1 = another hue); null when the CAD has no colour */
  readonly chromaDifference: number | null
  /** share of the observed colour variance that one light shining on this pose explains; at most 1, below 0 = none */
  readonly shadingAgreement: number
  /** rms distance of the explained surface from a plane, over the allowed distance: 0.5 and less = a flat patch */
  readonly relief: number
  /** how far the object would reach through a table, floor or other large plane, beyond the frame's noise, mm */
  readonly penetrationMm: number
  /** distance of its lowest point from the nearest such plane, mm; null: none beneath it */
  readonly supportGapMm: number | null
}

/** How far the pose may be off, as the frame's geometry says. */
export interface PoseUncertainty {
  /**
   * 6x6 row-major: rotation vector (rad), then translation (mm) of the object's centre; camera axes, perturbing the
   * pose from the left
   */
  readonly covariance: readonly number[]
  /** largest standard deviation of any turn, degrees */
  readonly rotationSigmaDegrees: number
  /** largest standard deviation of any shift, mm */
  readonly translationSigmaMm: number
  /** what the frame does not settle, in words: "rotation about the object's z axis" */
  readonly unobservable: readonly string[]
}

/** Disagreement of depth and colour image, read from the object's outline. */
export interface DepthOffset {
  /** measured minus true distance, mm: positive when the depth reads too far */
  readonly mm: number
  readonly sigmaMm: number
  /** by which colour is shifted against depth, px */
  readonly shiftPx: readonly [number, number]
  /** outline points with a clear edge */
  readonly edgeCount: number
}

/** One verified answer. */
export interface PoseEstimate {
  readonly cameraFromObject: CameraFromObject
  /** probability that the pose is right but for what `uncertainty.unobservable` names, 0..1 */
  readonly score: number
  readonly parts: PoseScoreParts
  readonly uncertainty: PoseUncertainty
  /** null: the outline shows too few clear edges */
  readonly depthOffset: DepthOffset | null
  /** pixels that are rendered and agree in depth */
  readonly mask: Rle
  /** index of the detection it grew from; null when found without one */
  readonly detectionIndex: number | null
}

/** Why no pose is answered. */
export type RejectionReason =
  | 'no_depth'
  | 'no_candidates'
  | 'no_hypotheses'
  | 'score_below_threshold'
  | 'deadline_exceeded'
  /** another object explains the same pixels better */
  | 'explained_by_other'

/** The answer for one object: found, looked for and absent, or seen but not believed. */
export interface ObjectOutcome {
  readonly status: 'estimated' | 'not_found' | 'rejected'
  readonly reason: RejectionReason | null
  readonly poses: readonly PoseEstimate[]
  /** best hypothesis that was not believed */
  readonly bestRejected: PoseEstimate | null
}
