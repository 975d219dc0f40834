import type { Detection, DetectionsResponseV2 } from '@sextant/contracts'

/** Domain detection to wire. */
export function toDetectionV2(detection: Detection): DetectionsResponseV2['detections'][number] {
  const { size, counts } = detection.mask
  return {
    ...detection,
    mask: { size: [size[0], size[1]], counts: [...counts] },
    scoreParts: detection.scoreParts === undefined ? undefined : { ...detection.scoreParts },
  }
}
