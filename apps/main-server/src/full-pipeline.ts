import { join } from 'node:path'
import {
  PlatformError,
  type PipelineRequestV1,
  type WorkflowResponseV1,
  POSE_OPTION_DEFAULTS_V2,
} from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { normalizeTag, outputFolderName, publishOutput, writeIntoFolder } from '@sextant/library'
import {
  DETECTION_LIMIT,
  estimatePoses,
  type EstimationRequest,
  type EstimationResult,
  type StageName,
} from '@sextant/pipeline'
import type { Dependencies } from './compose.ts'
import type { FrameSource } from './frame-sources.ts'
import { toPipelineAnswer } from './mapping/pipeline-answer.ts'
import { outputFilesOf, outputModeOf } from './mapping/pipeline-files.ts'
import { recordV1Run } from './runs/record-v1-run.ts'

export interface RunEnv {
  readonly requestId: string
  readonly signal?: AbortSignal
  readonly onStage?: (stage: StageName) => void
}

/**
 * One v1 pipeline request: everything is read and checked before a stage is called, and nothing is written before
 * the answer is known.
 *
 * @throws {PlatformError} any refusal, with the stage it came from
 */
export async function runFullPipeline(
  body: PipelineRequestV1,
  source: FrameSource,
  deps: Dependencies,
  env: RunEnv,
): Promise<WorkflowResponseV1> {
  const startedAt = deps.now()
  const started = performance.now()
  // 1 what is asked
  const object = await findObject(body, deps)
  const mode = outputModeOf(body)
  const requestTag = normalizeTag(body.request_tag, source.defaultTag)
  const namedDirectory = body.output_dir && mode !== 'none' ? deps.library.confine(body.output_dir) : null
  // 2 the frame, with its units and camera decided
  const client = await source.read()
  const warnings = [...client.warnings]
  if (body.frame_guess === true)
    warnings.push('frame_guess is accepted and has no effect: frames are OpenCV camera axes')
  const request: EstimationRequest = {
    frame: client.bytes,
    object: { className: body.class_name, objectName: body.object_name },
    detections: null,
    engine: null,
    detectionLimit: DETECTION_LIMIT,
    options: {
      ...POSE_OPTION_DEFAULTS_V2,
      maxInstances: body.max_instances ?? POSE_OPTION_DEFAULTS_V2.maxInstances,
      seed: body.seed ?? POSE_OPTION_DEFAULTS_V2.seed,
      preset: body.preset ?? POSE_OPTION_DEFAULTS_V2.preset,
      generator: body.generator ?? POSE_OPTION_DEFAULTS_V2.generator,
      cadColors: body.cad_colors ?? POSE_OPTION_DEFAULTS_V2.cadColors,
      timeBudgetMs: body.time_budget_ms ?? POSE_OPTION_DEFAULTS_V2.timeBudgetMs,
      scoreThreshold: body.score_threshold ?? POSE_OPTION_DEFAULTS_V2.scoreThreshold,
    },
  }
  // 3 the stages
  const remember = (result: EstimationResult | PlatformError): Promise<void> =>
    recordV1Run(deps.runs.store, {
      body,
      requestId: env.requestId,
      startedAt,
      endedAt: deps.now(),
      options: request.options,
      client,
      result,
    })
  let result: EstimationResult
  try {
    result = await estimatePoses(request, deps.stages, {
      requestId: env.requestId,
      now: () => performance.now(),
      ...(env.onStage === undefined ? {} : { onStage: env.onStage }),
      ...(env.signal === undefined ? {} : { signal: env.signal }),
    })
  } catch (error) {
    if (error instanceof PlatformError) await remember(error)
    throw error
  }
  await remember(result)
  // 4 the files
  let outputDirectory: string | null = null
  if (mode !== 'none') {
    const run = {
      request: body,
      client,
      result,
      requestTag,
      cadPath: object.cadPath,
      templateDirectory: object.templateDirectory,
      startedAt,
      endedAt: deps.now(),
    }
    const files = await outputFilesOf(run, mode, deps.config)
    if (namedDirectory === null) {
      const folder = join(deps.library.root, 'output', outputFolderName(startedAt, requestTag))
      outputDirectory = await publishOutput(folder, files)
    } else {
      await writeIntoFolder(namedDirectory, files)
      outputDirectory = namedDirectory
    }
  }
  // 5 the answer
  return toPipelineAnswer(request, result, {
    requestTag,
    outputDirectory,
    warnings,
    origin: client.origin,
    depthScaleRule: client.depthScale.rule,
    millimetersPerCount: client.depthScale.millimetersPerCount,
    totalSeconds: (performance.now() - started) / MILLISECONDS_PER_SECOND,
  })
}

async function findObject(
  body: PipelineRequestV1,
  deps: Dependencies,
): Promise<Awaited<ReturnType<Dependencies['library']['findObject']>>> {
  try {
    return await deps.library.findObject(body.class_name, body.object_name)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'object.not_found') throw error
    throw new PlatformError('object.not_found', {
      detail: `CAD file not found: ${body.class_name}/${body.object_name} (looking for .ply, .obj, or .stl)`,
      cause: error,
    })
  }
}
