import type { Detection } from '@sextant/contracts'

/** The contract's parallel lists: RLE masks, xyxy boxes, scores, 0-based object ids. */
export function toDetectionLists(detections: readonly Detection[]): Record<string, unknown> {
  return {
    masks: detections.map(({ mask }) => ({ size: mask.size, counts: mask.counts })),
    boxes: detections.map(({ box }) => [box.x0, box.y0, box.x1, box.y1]),
    scores: detections.map(({ score }) => score),
    object_ids: detections.map(() => 0),
  }
}

/** detection_ism.json: boxes are xywh there. */
export function toDetectionFile(detections: readonly Detection[], seconds: number): readonly unknown[] {
  return detections.map(({ mask, box, score }) => ({
    scene_id: 0,
    image_id: 0,
    category_id: 1,
    bbox: [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0],
    score,
    time: seconds,
    segmentation: { counts: mask.counts, size: mask.size },
  }))
}
