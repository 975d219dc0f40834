import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import {
  PlatformError,
  type Detection,
  type EngineChoiceV2,
  type EngineNameV2,
  type ObjectOutcome,
  type PoseOptionsV2,
} from '@sextant/contracts'
import type {
  DetectResult,
  EncodedFrame,
  ObjectReference,
  PoseResult,
  StageEnv,
  Stages,
  TemplatesResult,
} from './stages.ts'

export interface EstimationRequest {
  readonly frame: EncodedFrame
  readonly object: ObjectReference
  /** detections of the client; null = segmentation is asked */
  readonly detections: readonly Detection[] | null
  /** most detections passed from segmentation to pose */
  readonly detectionLimit: number
  readonly options: PoseOptionsV2
  /** of segmentation and pose; null: each stage's own */
  readonly engine: EngineChoiceV2 | null
}

export interface PipelineEnv extends StageEnv {
  /** monotonic clock, ms */
  readonly now: () => number
  /** told when a stage begins; for progress */
  readonly onStage?: (stage: StageName) => void
}

export type StageName = 'templates' | 'segmentation' | 'pose'

/** What one stage did, for the answer and the metadata. */
export interface StageReport {
  readonly seconds: number
  readonly timings: Readonly<Record<string, number>>
  /** the one that answered; null: the stage has none, or was not asked */
  readonly engine: EngineNameV2 | null
}

export interface EstimationResult {
  readonly outcome: ObjectOutcome
  readonly detections: readonly Detection[]
  readonly object: PoseResult['object']
  readonly templatesSkipped: boolean
  readonly stages: Readonly<Record<StageName, StageReport>>
}

/**
 * One object in one frame, through all stages.
 *
 * @throws {PlatformError} a refusal of a stage, with `stage` set
 */
export async function estimatePoses(
  request: EstimationRequest,
  stages: Stages,
  env: PipelineEnv,
): Promise<EstimationResult> {
  const { frame, object, options, engine } = request
  // 1 templates of the object; an intact set is skipped
  const templates = await timed<TemplatesResult>('templates', env, () => stages.templates.ensure(object, env))
  // 2 where instances may be
  const segmentation = await timed<DetectResult>('segmentation', env, async () =>
    request.detections !== null
      ? { detections: request.detections, engine: null, timings: {} }
      : stages.segmentation.detect({ frame, object, limit: request.detectionLimit, engine }, env),
  )
  const { detections } = segmentation.value
  // 3 poses, verified against the frame; segmentation's opinion is evidence, never a cage
  const pose = await timed<PoseResult>('pose', env, () =>
    stages.pose.estimate(
      { frame, object, detections: detections.length > 0 ? detections : null, options, engine },
      env,
    ),
  )
  // 4 best first
  const { outcome } = pose.value
  const poses = [...outcome.poses].sort((a, b) => b.score - a.score)
  return {
    outcome: { ...outcome, poses },
    detections,
    object: pose.value.object,
    templatesSkipped: templates.value.skipped,
    stages: { templates: templates.report, segmentation: segmentation.report, pose: pose.report },
  }
}

async function timed<T extends Pick<StageReport, 'timings'> & Partial<Pick<StageReport, 'engine'>>>(
  stage: StageName,
  env: PipelineEnv,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly report: StageReport }> {
  env.onStage?.(stage)
  const started = env.now()
  try {
    const value = await work()
    const seconds = (env.now() - started) / MILLISECONDS_PER_SECOND
    return { value, report: { seconds, timings: value.timings, engine: value.engine ?? null } }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    throw new PlatformError(error.code, { detail: error.message, cause: error, stage: error.stage ?? stage })
  }
}
