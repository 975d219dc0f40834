/** One answer about one image. */
export interface ScoredDetection {
  readonly imageId: string
  readonly score: number
  /** mask IoU with each true instance of the object in that image, in a fixed order */
  readonly overlaps: readonly number[]
}

/** IoU thresholds of COCO: .5 to .95. */
export const COCO_IOUS: readonly number[] = Array.from({ length: 10 }, (_, k) => 0.5 + 0.05 * k)

const RECALL_STEPS = 100

/**
 * Average precision of one object: the best answers first, each takes the free true instance it overlaps most, and the
 * precision at 101 recalls is averaged. NaN without true instances.
 *
 * @param truthCount  true instances in all images
 * @param minIou      least overlap of a hit
 * @source Lin et al. 2014, Microsoft COCO; pycocotools, COCOeval
 */
export function averagePrecision(detections: readonly ScoredDetection[], truthCount: number, minIou: number): number {
  if (truthCount === 0) return Number.NaN
  const taken = new Map<string, Set<number>>()
  const sorted = [...detections].sort((a, b) => b.score - a.score)
  const precisions: number[] = []
  const recalls: number[] = []
  let hits = 0
  sorted.forEach(({ imageId, overlaps }, rank) => {
    const used = taken.get(imageId) ?? new Set<number>()
    taken.set(imageId, used)
    let best = -1
    overlaps.forEach((iou, k) => {
      if (iou >= minIou && !used.has(k) && iou > (overlaps[best] ?? 0)) best = k
    })
    if (best >= 0) {
      used.add(best)
      hits++
    }
    precisions.push(hits / (rank + 1))
    recalls.push(hits / truthCount)
  })
  // The envelope: precision never rises with recall.
  for (let k = precisions.length - 2; k >= 0; k--) {
    precisions[k] = Math.max(precisions[k] ?? 0, precisions[k + 1] ?? 0)
  }
  let sum = 0
  let at = 0
  for (let step = 0; step <= RECALL_STEPS; step++) {
    while (at < recalls.length && (recalls[at] ?? 0) < step / RECALL_STEPS - 1e-9) at++
    sum += precisions[at] ?? 0
  }
  return sum / (RECALL_STEPS + 1)
}
