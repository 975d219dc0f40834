import type { inferenceRequestV1, InferenceResponseV1 } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { drawDetections, encodeColorPng, encodeDetectionArchive, joinImages, readClientFrame } from '@sextant/image'
import { writeIntoFolder } from '@sextant/library'
import type { z } from 'zod'
import type { Dependencies } from './compose.ts'
import { toDetectionFile, toDetectionLists } from './mapping/v1.ts'

/** The contract's limit. */
const MAX_DETECTIONS = 10

/**
 * One v1 inference: reads the frame, segments, writes the files the contract names when a folder was given.
 * @throws {PlatformError} image.*, depth.*, camera.*, bundle.*, request.path_forbidden
 */
export async function inferFromV1(
  body: z.infer<typeof inferenceRequestV1>,
  paths: { readonly templateDirectory: string; readonly cadPath: string },
  deps: Dependencies,
): Promise<InferenceResponseV1> {
  const started = performance.now()
  const outputDirectory = body.output_dir ? deps.library.confine(body.output_dir) : null
  const { bytes, frame } = await readClientFrame(body)
  const { detections } = await deps.detect({ bytes, ...paths, limit: MAX_DETECTIONS })
  const seconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
  if (outputDirectory !== null) {
    await writeIntoFolder(outputDirectory, {
      'detection_ism.json': JSON.stringify(toDetectionFile(detections, seconds), null, 2),
      'detection_ism.npz': encodeDetectionArchive(detections, frame.color, seconds),
      'vis_ism.png': await encodeColorPng(joinImages(frame.color, drawDetections(frame.color, detections))),
    })
  }
  return {
    success: true,
    detections: toDetectionLists(detections),
    num_detections: detections.length,
    inference_time: seconds,
    template_dir_used: body.template_dir,
    cad_path_used: body.cad_path,
    output_dir_used: body.output_dir ?? null,
    error_message: null,
  }
}
