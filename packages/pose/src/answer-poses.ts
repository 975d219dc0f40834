import type { ObjectOutcome, PoseEstimate, RejectionReason } from '@sextant/contracts'
import { estimateDepthOffset } from './depth-offset.ts'
import type { PoseOptions } from './options.ts'
import { poseEstimateOf } from './pose-estimate.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { raisedByCompany } from './probability.ts'
import type { SettledPose } from './settle-turn.ts'

/**
 * The outcome of the poses that are left: those believed, and the best one that is not.
 *
 * @param distinct          verified, best first, every pixel explained once
 * @param detectionIndexOf  detection that a candidate's region came from; null: none
 */
export function answerPoses(
  scene: PreparedScene,
  model: PreparedModel,
  distinct: readonly SettledPose[],
  detectionIndexOf: (region: number) => number | null,
  options: PoseOptions,
): ObjectOutcome {
  const alone = distinct.map((settled) =>
    poseEstimateOf(scene, model, settled, detectionIndexOf(settled.candidate.region)),
  )
  const scores = raisedByCompany(alone.map((estimate) => estimate.score))
  const poses: PoseEstimate[] = []
  let bestRejected: PoseEstimate | null = null
  alone.forEach((estimate, k) => {
    const score = scores[k]
    if (score >= options.scoreThreshold && poses.length < options.maxInstances) {
      poses.push({ ...estimate, score, depthOffset: estimateDepthOffset(scene, model, distinct[k].candidate.pose) })
    } else bestRejected ??= { ...estimate, score }
  })
  if (poses.length > 0) return { status: 'estimated', reason: null, poses, bestRejected }
  return outcomeWithout('score_below_threshold', bestRejected)
}

/** No pose is answered. */
export function outcomeWithout(reason: RejectionReason, bestRejected: PoseEstimate | null): ObjectOutcome {
  return { status: bestRejected === null ? 'not_found' : 'rejected', reason, poses: [], bestRejected }
}
