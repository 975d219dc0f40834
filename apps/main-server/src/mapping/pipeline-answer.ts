import type { Detection, PlatformError, PoseEstimate, WorkflowResponseV1 } from '@sextant/contracts'
import { quaternionOf, rotationOf, translationOf } from '@sextant/geometry'
import { rleBox } from '@sextant/image'
import type { EstimationRequest, EstimationResult } from '@sextant/pipeline'

const nested = (rotation: readonly number[]): number[][] => [
  rotation.slice(0, 3),
  rotation.slice(3, 6),
  rotation.slice(6, 9),
]

/** pose_results of the contract, best first; translation in mm. */
export function toPoseResults(poses: readonly PoseEstimate[]): Record<string, unknown>[] {
  return poses.map((pose, index) => ({
    index,
    score: pose.score,
    rotation: nested(rotationOf(pose.cameraFromObject)),
    translation: translationOf(pose.cameraFromObject),
    score_parts: pose.parts,
    uncertainty: pose.uncertainty,
    depth_offset: pose.depthOffset,
  }))
}

/** Most detections an answer or file lists; the contract's limit. */
export const LISTED_DETECTIONS = 10

/** Entries of detection_ism.json: boxes xywh. */
export function toDetectionEntries(detections: readonly Detection[], seconds: number): Record<string, unknown>[] {
  return detections.slice(0, LISTED_DETECTIONS).map(({ mask, box, score }) => ({
    scene_id: 0,
    image_id: 0,
    category_id: 1,
    bbox: [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0],
    score,
    time: seconds,
    segmentation: { counts: mask.counts, size: mask.size },
  }))
}

/** Entries of detection_pem.json: the same with R and t (mm). */
export function toPoseEntries(poses: readonly PoseEstimate[], seconds: number): Record<string, unknown>[] {
  return poses.map((pose) => {
    const box = rleBox(pose.mask)
    return {
      scene_id: 0,
      image_id: 0,
      category_id: 1,
      bbox: [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0],
      score: pose.score,
      time: seconds,
      segmentation: { counts: pose.mask.counts, size: pose.mask.size },
      R: nested(rotationOf(pose.cameraFromObject)),
      t: translationOf(pose.cameraFromObject),
    }
  })
}

/** The stage fields that old clients read, in every place where one of them looks. */
export function toStageFields(result: EstimationResult): Record<string, unknown> {
  const { detections, outcome, stages, templatesSkipped } = result
  const listed = detections.slice(0, LISTED_DETECTIONS)
  const poses = toPoseResults(outcome.poses)
  const rotations = outcome.poses.map((pose) => rotationOf(pose.cameraFromObject))
  const render = { skipped: templatesSkipped, success: true, timings: stages.templates }
  const ism = {
    success: true,
    num_detections: detections.length,
    inference_time: stages.segmentation.seconds,
    error_message: null,
  }
  const pem = {
    success: true,
    num_detections: poses.length,
    inference_time: stages.pose.seconds,
    error_message: outcome.poses.length > 0 ? null : outcome.reason,
    message: outcome.poses.length > 0 ? 'ok' : `no pose: ${outcome.reason ?? 'not found'}`,
    poses,
    pose_scores: outcome.poses.map((pose) => pose.score),
    pred_rot: rotations.map(nested),
    pred_trans: outcome.poses.map((pose) => translationOf(pose.cameraFromObject)),
    pred_quat: rotations.map(quaternionOf),
  }
  const lists = {
    masks: listed.map(({ mask }) => ({ size: mask.size, counts: mask.counts })),
    boxes: listed.map(({ box }) => [box.x0, box.y0, box.x1, box.y1]),
    scores: listed.map(({ score }) => score),
    object_ids: listed.map(() => 0),
  }
  return {
    render,
    ism: { ...ism, detections: listed.map(({ box, score }) => ({ score, bbox: [box.x0, box.y0, box.x1, box.y1] })) },
    pem,
    results: { render, ism: { ...ism, detections: lists }, pem },
    pipeline: { pem },
  }
}

export interface AnswerContext {
  readonly requestTag: string | null
  readonly outputDirectory: string | null
  readonly warnings: readonly string[]
  /** fields that tell where the frame came from */
  readonly origin: Readonly<Record<string, unknown>>
  readonly depthScaleRule: string
  readonly millimetersPerCount: number
  readonly totalSeconds: number
}

/** The full-pipeline answer of a run that reached its end, with or without a pose. */
export function toPipelineAnswer(
  request: EstimationRequest,
  result: EstimationResult,
  context: AnswerContext,
): WorkflowResponseV1 {
  const { outcome } = result
  return {
    success: true,
    job_id: null,
    message: 'Pipeline execution completed',
    results: {
      pose_results: toPoseResults(outcome.poses),
      num_poses: outcome.poses.length,
      output_dir: context.outputDirectory,
      request_tag: context.requestTag,
      status: outcome.status,
      reason: outcome.reason,
      best_rejected: outcome.bestRejected === null ? null : (toPoseResults([outcome.bestRejected])[0] ?? null),
      ...toStageFields(result),
      ...context.origin,
      options: { ...request.options, detection_limit: request.detectionLimit },
      depth_scale: { rule: context.depthScaleRule, millimeters_per_count: context.millimetersPerCount },
      warnings: context.warnings,
      timings: { total_seconds: context.totalSeconds, ...result.stages },
    },
    output_dir: context.outputDirectory,
  }
}

/** The same shape for a refusal: HTTP 200, success false, what, where and why. */
export function toPipelineFailure(error: PlatformError, requestTag: string | null): WorkflowResponseV1 {
  const stage = error.stage ?? 'request'
  const failed = { success: false, num_detections: 0, inference_time: 0, error_message: error.message }
  return {
    success: false,
    job_id: null,
    message: 'Pipeline execution failed',
    results: {
      pose_results: [],
      num_poses: 0,
      output_dir: null,
      request_tag: requestTag,
      error: error.message,
      code: error.code,
      stage,
      retryable: error.retryable,
      ism: { ...failed, detections: [] },
      pem: { ...failed, poses: [] },
      results: {
        ism: { ...failed, detections: { masks: [], boxes: [], scores: [], object_ids: [] } },
        pem: { ...failed, poses: [] },
      },
      pipeline: { pem: { ...failed, message: error.message, pose_scores: [], pred_rot: [], pred_trans: [] } },
    },
    output_dir: null,
  }
}
