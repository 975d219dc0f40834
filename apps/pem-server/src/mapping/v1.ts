import type {
  Detection,
  PemBatchResponseV1,
  PoseEstimate,
  PoseEstimationRequestV1,
  PoseEstimationResponseV1,
} from '@sextant/contracts'
import { quaternionOf, rotationOf, translationOf } from '@sextant/geometry'
import { parseSegmentation, rleArea, rleBox } from '@sextant/image'

type SegmentationItem = Readonly<Record<string, unknown>>

/** Fewest pixels of a usable mask; the original drops smaller ones. */
const MIN_PIXELS = 32

/**
 * Reads seg_data: any segmentation form, best score first. One single item is trusted as the instance's mask; several
 * are places to look.
 *
 * @returns detections and, for each, its item
 * @throws {PlatformError} segmentation.undecodable
 */
export function toDetections(
  items: readonly SegmentationItem[],
  image: { readonly width: number; readonly height: number },
  minScore: number,
): { readonly detections: Detection[]; readonly items: SegmentationItem[] } {
  const source = items.length === 1 ? 'network' : 'proposal'
  const read = items
    .map((item) => ({ item, score: Number(item.score ?? 1), mask: parseSegmentation(item.segmentation, image) }))
    .filter(({ mask, score }) => rleArea(mask) > MIN_PIXELS && (items.length === 1 || score >= minScore))
    .sort((a, b) => b.score - a.score)
  return {
    detections: read.map(({ score, mask }) => ({ mask, score, box: rleBox(mask), source })),
    items: read.map(({ item }) => item),
  }
}

/** The v1 answer's pose fields, best first. */
export function toPoseFields(
  poses: readonly PoseEstimate[],
  items: readonly SegmentationItem[],
): Pick<
  PoseEstimationResponseV1,
  'detections' | 'pose_scores' | 'pred_rot' | 'pred_trans' | 'pred_quat' | 'poses' | 'num_detections'
> {
  const rotations = poses.map((pose) => nested(rotationOf(pose.cameraFromObject)))
  const translations = poses.map((pose) => translationOf(pose.cameraFromObject))
  return {
    detections: poses.map((pose, k) => ({
      ...(pose.detectionIndex === null ? { scene_id: 0, image_id: 0, category_id: 1 } : items[pose.detectionIndex]),
      ...boxAndMask(pose),
      score: pose.score,
      R: rotations[k],
      t: translations[k],
    })),
    pose_scores: poses.map((pose) => pose.score),
    pred_rot: rotations,
    pred_trans: translations,
    pred_quat: poses.map((pose) => quaternionOf(rotationOf(pose.cameraFromObject))),
    poses: poses.map((pose, k) => ({
      score: pose.score,
      R: rotations[k],
      t: translations[k],
      rotation: rotations[k],
      translation: translations[k],
    })),
    num_detections: poses.length,
  }
}

function boxAndMask(pose: PoseEstimate): SegmentationItem {
  const { x0, y0, x1, y1 } = rleBox(pose.mask)
  return { bbox: [x0, y0, x1 - x0, y1 - y0], segmentation: { size: pose.mask.size, counts: pose.mask.counts } }
}

function nested(rotation: readonly number[]): number[][] {
  return [rotation.slice(0, 3), rotation.slice(3, 6), rotation.slice(6, 9)]
}

/** v1 answers 200 with success false for anything wrong with the images. */
export function toPoseFailure(
  body: Pick<PoseEstimationRequestV1, 'template_dir' | 'cad_path'>,
  message: string,
): PoseEstimationResponseV1 {
  return {
    success: false,
    detections: [],
    pose_scores: [],
    pred_rot: [],
    pred_trans: [],
    pred_quat: [],
    poses: [],
    num_detections: 0,
    inference_time: 0,
    elapsed_time: 0,
    template_dir_used: body.template_dir,
    cad_path_used: body.cad_path,
    output_dir_used: null,
    error_message: message,
  }
}

/** The batch answer, with the poses that the original left out. */
export function toBatchAnswer(answers: readonly PoseEstimationResponseV1[], seconds: number): PemBatchResponseV1 {
  const successful = answers.filter((answer) => answer.success).length
  const failed = answers.length - successful
  return {
    message: `Processed ${answers.length} requests`,
    total_requests: answers.length,
    successful_requests: successful,
    failed_requests: failed,
    total_time: seconds,
    results: answers.map((answer, request_id) => ({ request_id, ...answer })),
    status: failed === 0 ? 'completed' : successful === 0 ? 'failed' : 'partial',
  }
}
