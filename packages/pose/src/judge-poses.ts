import type { ObjectOutcome } from '@sextant/contracts'
import { rotationOf, translationOf, type CameraFromObject } from '@sextant/geometry'
import { answerPoses, outcomeWithout } from './answer-poses.ts'
import { distinctCandidates } from './explained-pixels.ts'
import type { PoseEnvironment } from './estimate-object.ts'
import type { PoseOptions } from './options.ts'
import { modelForPicture } from './model-for-picture.ts'
import { poseEstimateOf } from './pose-estimate.ts'
import { isMeasured, sortByScore, type Candidate } from './pose-pool.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { createLocalRunner } from './search-steps.ts'
import type { SettledPose } from './settle-turn.ts'

/** A pose somebody else proposes, with its own score. */
export interface ForeignPose {
  readonly cameraFromObject: CameraFromObject
  /** 0..1, as its maker means it */
  readonly score: number
  readonly detectionIndex: number | null
}

/**
 * Judges poses of another engine by rendering, like our own: each is also refined, the better of both counts, every pixel
 * is explained once, and the score is the calibrated probability.
 */
export function judgePoses(
  scene: PreparedScene,
  prepared: PreparedModel,
  poses: readonly ForeignPose[],
  options: PoseOptions,
  env: PoseEnvironment,
): ObjectOutcome {
  if (poses.length === 0) return outcomeWithout('no_hypotheses', null)
  const model = modelForPicture(prepared, scene.picture, options.cadColors)
  const runner = createLocalRunner(scene, model, { mask: null, seed: options.seed, generator: options.generator })
  const candidates = env.trace.span('verify network poses', () => {
    const starts = poses.map((pose, region) => candidateOf(pose, region, model))
    const refined = runner.map(
      'finish',
      starts.map((start) => ({ ...start, pose: start.pose.slice() })),
    )
    return sortByScore([...runner.map('verifyFine', starts), ...refined].filter(isMeasured))
  })
  const distinct = distinctCandidates(scene, model, candidates, options.maxInstances + 1).map(asItIs)
  return answerPoses(scene, model, distinct, (region) => poses[region].detectionIndex, options)
}

/**
 * The poses as they are, with the scores of their maker: measured by rendering, but neither refined nor judged. For those
 * who need exactly what the official code answers.
 */
export function reportPoses(
  scene: PreparedScene,
  model: PreparedModel,
  poses: readonly ForeignPose[],
  options: PoseOptions,
): ObjectOutcome {
  const runner = createLocalRunner(scene, model, { mask: null, seed: options.seed, generator: options.generator })
  const verified = runner.map(
    'verifyFine',
    poses.map((pose, region) => candidateOf(pose, region, model)),
  )
  const estimates = verified.flatMap((candidate, i) => {
    if (!isMeasured(candidate)) return []
    const { cameraFromObject, score, detectionIndex } = poses[i]
    return [{ ...poseEstimateOf(scene, model, asItIs(candidate), detectionIndex), cameraFromObject, score }]
  })
  if (estimates.length === 0) return outcomeWithout('no_hypotheses', null)
  return { status: 'estimated', reason: null, poses: estimates, bestRejected: null }
}

/** Other turns of these poses were not tried. */
const asItIs = (candidate: Candidate): SettledPose => ({ candidate, isTurnOpen: false })

/** Candidates are about the object's centre. */
function candidateOf({ cameraFromObject }: ForeignPose, region: number, { center }: PreparedModel): Candidate {
  const R = rotationOf(cameraFromObject)
  const t = translationOf(cameraFromObject)
  const [cx, cy, cz] = center
  const moved = [0, 1, 2].map((a) => R[3 * a] * cx + R[3 * a + 1] * cy + R[3 * a + 2] * cz + t[a])
  return { pose: Float64Array.of(...R, ...moved), score: -1, region, verification: null }
}
