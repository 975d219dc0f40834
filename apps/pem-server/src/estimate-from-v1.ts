import type { poseEstimationRequestV1, PoseEstimationResponseV1 } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { drawPoses, encodeColorPng, readClientFrame } from '@sextant/image'
import { writeIntoFolder } from '@sextant/library'
import { POSE_DEFAULTS } from '@sextant/pose'
import type { z } from 'zod'
import type { Dependencies } from './compose.ts'
import { readReplay } from './mapping/replay.ts'
import { toDetections, toPoseFields } from './mapping/v1.ts'

/**
 * One v1 pose estimation: reads the frame, estimates, writes the files the contract names when a folder was given.
 * @throws {PlatformError} image.*, depth.*, camera.*, segmentation.*, mesh.*, request.path_forbidden
 */
export async function estimateFromV1(
  body: z.infer<typeof poseEstimationRequestV1>,
  { cadPath, templateDirectory }: { readonly cadPath: string; readonly templateDirectory: string },
  deps: Dependencies,
): Promise<PoseEstimationResponseV1> {
  const started = performance.now()
  const outputDirectory = body.output_dir ? deps.library.confine(body.output_dir) : null
  const { bytes, frame } = await readClientFrame(body)
  const { detections, items } = toDetections(body.seg_data, frame.color, body.det_score_thresh)
  const options = { ...POSE_DEFAULTS, maxInstances: Math.max(1, detections.length) }
  const result = await deps.estimate({
    bytes,
    cadPath,
    templateDirectory,
    detections: detections.length > 0 ? detections : null,
    options,
    replay: body.replay === undefined ? null : readReplay(body.replay, deps.allowReplay),
  })
  const { poses, reason } = result.outcome
  const fields = toPoseFields(poses, items)
  if (outputDirectory !== null) {
    const picture = drawPoses(
      frame.color,
      frame.camera,
      poses.map((pose) => ({
        ...pose,
        label: pose.score.toFixed(2),
        origin: result.center,
        axisLength: result.diameter / 2,
      })),
    )
    await writeIntoFolder(outputDirectory, {
      'detection_pem.json': JSON.stringify(fields.detections, null, 2),
      'vis_pem.png': await encodeColorPng(picture),
    })
  }
  const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
  return {
    success: true,
    ...fields,
    inference_time: seconds,
    elapsed_time: seconds,
    template_dir_used: body.template_dir,
    cad_path_used: body.cad_path,
    output_dir_used: body.output_dir ?? null,
    error_message: poses.length > 0 ? null : `no pose: ${reason ?? 'not found'}`,
  }
}
