import type { Detection, PoseEstimate, PosesRequestV2, PosesResponseV2, PoseV2 } from '@sextant/contracts'
import { rotationOf, translationOf } from '@sextant/geometry'
import type { EstimateResult } from '../compose.ts'

/** Domain pose to wire. */
export function toPoseV2(pose: PoseEstimate): PoseV2 {
  return {
    rotation: rotationOf(pose.cameraFromObject),
    translation: translationOf(pose.cameraFromObject),
    score: pose.score,
    parts: { ...pose.parts },
    uncertainty: {
      ...pose.uncertainty,
      covariance: [...pose.uncertainty.covariance],
      unobservable: [...pose.uncertainty.unobservable],
    },
    depthOffset: pose.depthOffset === null ? null : { ...pose.depthOffset, shiftPx: [...pose.depthOffset.shiftPx] },
    mask: { size: [pose.mask.size[0], pose.mask.size[1]], counts: [...pose.mask.counts] },
    detectionIndex: pose.detectionIndex,
  }
}

export function toPosesResponse(result: EstimateResult, options: PosesRequestV2['options']): PosesResponseV2 {
  const { status, reason, poses, bestRejected } = result.outcome
  return {
    status,
    reason,
    poses: poses.map(toPoseV2),
    bestRejected: bestRejected === null ? null : toPoseV2(bestRejected),
    object: { diameter: result.diameter, center: [...result.center] },
    options,
    engine: result.engine,
    timings: result.timings,
  }
}

/** Wire detection to domain: absent fields stay absent. */
export function toDetection(detection: NonNullable<PosesRequestV2['detections']>[number]): Detection {
  const { scoreParts, templateIndex, ...rest } = detection
  return {
    ...rest,
    ...(scoreParts === undefined ? {} : { scoreParts }),
    ...(templateIndex === undefined ? {} : { templateIndex }),
  }
}
