import type { PipelineRequestV1 } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import {
  drawDetections,
  drawPoses,
  encodeColorPng,
  encodeDepthPng,
  encodeDetectionArchive,
  joinImages,
} from '@sextant/image'
import type { OutputFiles } from '@sextant/library'
import type { EstimationResult } from '@sextant/pipeline'
import type { Config } from '../config.ts'
import type { SourcedFrame } from '../frame-sources.ts'
import { LISTED_DETECTIONS, toDetectionEntries, toPoseEntries, toPoseResults } from './pipeline-answer.ts'

export type OutputMode = 'full' | 'results_only' | 'none'

/** output_mode wins over save_outputs; what is unknown means full. */
export function outputModeOf(request: Pick<PipelineRequestV1, 'output_mode' | 'save_outputs'>): OutputMode {
  const mode = request.output_mode?.toLowerCase()
  if (mode === undefined) return request.save_outputs === false ? 'none' : 'full'
  return mode === 'results_only' || mode === 'none' ? mode : 'full'
}

export interface RunRecord {
  readonly request: PipelineRequestV1
  readonly client: SourcedFrame
  readonly result: EstimationResult
  readonly requestTag: string
  readonly cadPath: string
  readonly templateDirectory: string
  readonly startedAt: Date
  readonly endedAt: Date
}

const json = (value: unknown): string => JSON.stringify(value, null, 2)

/** Every file of the contract for one run, by its path inside the output folder. */
export async function outputFilesOf(run: RunRecord, mode: OutputMode, config: Config): Promise<OutputFiles> {
  const { outcome, detections, stages, object } = run.result
  const poseResults = toPoseResults(outcome.poses)
  const results = {
    'pose_results.json': json({ success: true, num_poses: poseResults.length, pose_results: poseResults }),
  }
  if (mode === 'results_only') return results
  const { color } = run.client.frame
  const listed = detections.slice(0, LISTED_DETECTIONS)
  const drawable = outcome.poses.map((pose) => ({
    ...pose,
    label: `${run.request.object_name} ${pose.score.toFixed(2)}`,
    origin: object.center,
    axisLength: object.diameter / 2,
  }))
  const [ismPicture, pemPicture] = await Promise.all([
    encodeColorPng(joinImages(color, drawDetections(color, listed)), { compressionLevel: 3 }),
    encodeColorPng(drawPoses(color, run.client.frame.camera, drawable), { compressionLevel: 3 }),
  ])
  return {
    ...results,
    ...(config.saveCameraParams ? { 'camera_params.json': json(run.client.cameraParams) } : {}),
    ...(config.saveInputImages ? await inputImagesOf(run.client) : {}),
    'ism/detection_ism.json': json(toDetectionEntries(detections, stages.segmentation.seconds)),
    'ism/detection_ism.npz': encodeDetectionArchive(listed, color, stages.segmentation.seconds),
    'ism/vis_ism.png': ismPicture,
    'pem/detection_pem.json': json(toPoseEntries(outcome.poses, stages.pose.seconds)),
    'pem/vis_pem.png': pemPicture,
    'pipeline_metadata.json': json(metadataOf(run)),
    ...(config.saveServerResponses
      ? {
          'ism_server_response.json': json({
            success: true,
            num_detections: detections.length,
            ...stages.segmentation,
          }),
          'pem_server_response.json': json({ success: true, status: outcome.status, ...stages.pose }),
        }
      : {}),
  }
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47]
const isPng = (bytes: Uint8Array): boolean => PNG_SIGNATURE.every((value, i) => bytes[i] === value)

/** The images as received when they are PNG, else the same pixels as PNG. */
async function inputImagesOf({ bytes, frame }: SourcedFrame): Promise<OutputFiles> {
  const { width, height, data } = frame.depth
  const millimeters = (): Uint16Array => Uint16Array.from(data, (z) => Math.min(65_535, Math.round(z)))
  return {
    'input_rgb.png': isPng(bytes.color) ? bytes.color : await encodeColorPng(frame.color, { compressionLevel: 3 }),
    'input_depth.png': isPng(bytes.depth) ? bytes.depth : await encodeDepthPng(millimeters(), width, height),
  }
}

function metadataOf(run: RunRecord): Record<string, unknown> {
  const { request, client, result } = run
  const { fx, fy, cx, cy, width, height } = client.frame.camera
  const { stages } = result
  const milliseconds = run.endedAt.getTime() - run.startedAt.getTime()
  return {
    pipeline_info: {
      start_time: run.startedAt.toISOString(),
      end_time: run.endedAt.toISOString(),
      duration_seconds: milliseconds / MILLISECONDS_PER_SECOND,
      success: true,
      error: null,
    },
    request_info: {
      class_name: request.class_name,
      object_name: request.object_name,
      cad_path: run.cadPath,
      template_dir: run.templateDirectory,
      template_existed: result.templatesSkipped,
      request_tag: run.requestTag,
    },
    camera_info: {
      width,
      height,
      fx,
      fy,
      cx,
      cy,
      intrinsic: [fx, 0, cx, 0, fy, cy, 0, 0, 1],
      depth_scale: client.depthScale.millimetersPerCount,
      depth_scale_rule: client.depthScale.rule,
    },
    pipeline_steps: {
      render: { skipped: result.templatesSkipped, success: true, ...stages.templates },
      ism: {
        success: true,
        num_detections: result.detections.length,
        inference_time: stages.segmentation.seconds,
        timings: stages.segmentation.timings,
      },
      pem: {
        success: true,
        num_detections: result.outcome.poses.length,
        inference_time: stages.pose.seconds,
        timings: stages.pose.timings,
      },
    },
  }
}
