import type { PoseEstimate, PoseScoreParts } from '@sextant/contracts'
import { transformFrom, type Mask } from '@sextant/geometry'
import { toleranceAt } from '@sextant/hypotheses'
import { encodeRle } from '@sextant/image'
import { createRasterTarget, renderInto } from '@sextant/raster'
import { poseUncertaintyOf } from './pose-uncertainty.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { probabilityOf } from './probability.ts'
import type { SettledPose } from './settle-turn.ts'
import { transformOfPose } from './transform-of-pose.ts'

/** Turns a verified candidate into an answer: object coordinates, probability, parts, mask in image resolution. */
export function poseEstimateOf(
  scene: PreparedScene,
  model: PreparedModel,
  { candidate, isTurnOpen }: SettledPose,
  detectionIndex: number | null,
): PoseEstimate {
  const { pose, verification } = candidate
  const evidence = verification?.evidence ?? null
  if (verification === null || evidence === null) throw new RangeError('the candidate was not verified')
  const [cx, cy, cz] = model.center
  const R = pose.subarray(0, 9)
  const cameraFromObject = transformFrom<'camera', 'object'>(R, [
    pose[9] - (R[0] * cx + R[1] * cy + R[2] * cz),
    pose[10] - (R[3] * cx + R[4] * cy + R[5] * cz),
    pose[11] - (R[6] * cx + R[7] * cy + R[8] * cz),
  ])
  const { color, outline, segments, support } = evidence
  const parts: PoseScoreParts = {
    verification: verification.score,
    visibleFraction: Math.max(0, 1 - evidence.occluded - evidence.missing),
    inlierFraction: evidence.inliers,
    violationFraction: evidence.violations,
    occludedFraction: evidence.occluded,
    depthResidualMm: verification.residualMm,
    residualRatio: evidence.residualRatio,
    toleranceRatio: evidence.toleranceRatio,
    depthNoiseMm: scene.surface.inverseDepthNoise * pose[11] ** 2,
    normalAgreement: evidence.normalAgreement,
    silhouetteSupport: outline.support,
    segmentIou: segments.bestIou,
    colorAgreement: color?.correlation ?? null,
    colorSpread: color?.modelDeviation ?? null,
    chromaDifference: color?.chroma ?? null,
    shadingAgreement: evidence.shading,
    relief: evidence.relief,
    penetrationMm: support.penetration * model.diameter,
    supportGapMm: support.gap === null ? null : support.gap * model.diameter,
  }
  return {
    cameraFromObject,
    score: probabilityOf(parts),
    parts,
    uncertainty: poseUncertaintyOf(scene, model, pose, verification.residualMm, parts.colorAgreement, isTurnOpen),
    depthOffset: null,
    mask: encodeRle(visibleMaskOf(scene, model, pose)),
    detectionIndex,
  }
}

/** Pixels where the object is rendered and the frame agrees in depth, image resolution. */
function visibleMaskOf(scene: PreparedScene, model: PreparedModel, pose: Float64Array): Mask {
  const { depth, camera } = scene.frame
  const target = createRasterTarget(depth.width, depth.height)
  renderInto(target, model.fineMesh, transformOfPose(pose), camera)
  const tolerance = 2 * toleranceAt(pose[11], model.diameter, scene.surface.inverseDepthNoise)
  const data = new Uint8Array(depth.width * depth.height)
  for (let i = 0; i < data.length; i++) {
    const z = target.depths[i]
    if (z !== 0 && depth.data[i] !== 0 && Math.abs(depth.data[i] - z) < tolerance) data[i] = 1
  }
  return { width: depth.width, height: depth.height, data }
}
