import type { Detection, ObjectOutcome, PoseOptionsV2, Rle } from '@sextant/contracts'
import type { PinholeCamera } from '@sextant/geometry'
import { areaOf, rleOfRuns, runsOf, sharedArea, type PixelRuns } from './pixel-runs.ts'

/** What a user knows about where an instance is, px of the colour image. */
export type UserEvidence =
  | { readonly mask: Rle }
  | { readonly box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number } }
  | { readonly click: { readonly x: number; readonly y: number } }

/** A click is that precise, px. */
const CLICK_RADIUS = 3
/** A click chooses among this many instances at least. */
const CLICK_INSTANCES = 30

/** How an object is searched when the user has pointed at it. */
export interface EvidencePlan {
  readonly detections: readonly Detection[] | null
  readonly options: PoseOptionsV2
  /** keeps what the user has pointed at */
  readonly choose: (outcome: ObjectOutcome) => ObjectOutcome
}

const asIs = (outcome: ObjectOutcome): ObjectOutcome => outcome

/**
 * A mask or a box is searched alone, and the pose must lie in it. A click asks for all instances of the frame and keeps
 * the one that explains the clicked pixel, or lies nearest within a few pixels.
 */
export function planEvidence(
  evidence: UserEvidence | null,
  camera: Pick<PinholeCamera, 'width' | 'height'>,
  options: PoseOptionsV2,
): EvidencePlan {
  if (evidence === null) return { detections: null, options, choose: asIs }
  if ('click' in evidence) {
    const disc = discAround(evidence.click, camera)
    return {
      detections: null,
      options: { ...options, maxInstances: Math.max(CLICK_INSTANCES, options.maxInstances) },
      choose: (outcome) => chooseTouching(outcome, disc, options.maxInstances),
    }
  }
  const runs = 'mask' in evidence ? runsOf(evidence.mask) : boxRuns(evidence.box, camera)
  const size = [camera.height, camera.width] as const
  const mask = rleOfRuns(runs, size)
  const detection: Detection = { mask, box: boxOf(runs, camera.height), score: 1, source: 'user' }
  return { detections: [detection], options, choose: asIs }
}

function chooseTouching(outcome: ObjectOutcome, disc: PixelRuns, limit: number): ObjectOutcome {
  const touching = outcome.poses
    .map((pose) => ({ pose, shared: sharedArea(runsOf(pose.mask), disc) }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || b.pose.score - a.pose.score)
    .map(({ pose }) => pose)
  if (touching.length > 0) return { ...outcome, poses: touching.slice(0, limit) }
  const { bestRejected } = outcome
  const isNear = bestRejected !== null && sharedArea(runsOf(bestRejected.mask), disc) > 0
  return {
    status: isNear ? 'rejected' : 'not_found',
    reason: isNear ? 'score_below_threshold' : 'no_candidates',
    poses: [],
    bestRejected: isNear ? bestRejected : null,
  }
}

type ImageSize = Pick<PinholeCamera, 'width' | 'height'>

function columnRuns({ width, height }: ImageSize, spanOf: (x: number) => readonly [number, number] | null): PixelRuns {
  const runs: number[] = []
  for (let x = 0; x < width; x++) {
    const span = spanOf(x)
    if (span === null) continue
    const start = x * height + Math.max(0, Math.round(span[0]))
    const end = x * height + Math.min(height, Math.round(span[1]))
    if (start >= end) continue
    if (runs.at(-1) === start) runs[runs.length - 1] = end
    else runs.push(start, end)
  }
  return runs
}

/** Corners in any order; what lies outside the image is cut off. */
function boxRuns(box: { x0: number; y0: number; x1: number; y1: number }, size: ImageSize): PixelRuns {
  const [left, right] = [Math.round(Math.min(box.x0, box.x1)), Math.round(Math.max(box.x0, box.x1))]
  const [top, bottom] = [Math.min(box.y0, box.y1), Math.max(box.y0, box.y1)]
  return columnRuns(size, (x) => (x >= left && x < right ? [top, bottom] : null))
}

function discAround(click: { readonly x: number; readonly y: number }, size: ImageSize): PixelRuns {
  return columnRuns(size, (x) => {
    const reach = CLICK_RADIUS ** 2 - (x - Math.round(click.x)) ** 2
    return reach < 0 ? null : [Math.round(click.y) - Math.sqrt(reach), Math.round(click.y) + Math.sqrt(reach) + 1]
  })
}

function boxOf(runs: PixelRuns, height: number): Detection['box'] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, 0, 0]
  for (let k = 0; k < runs.length; k += 2) {
    const [start, last] = [runs[k] ?? 0, (runs[k + 1] ?? 0) - 1]
    const [from, to] = [Math.floor(start / height), Math.floor(last / height)]
    x0 = Math.min(x0, from)
    x1 = Math.max(x1, to + 1)
    y0 = from === to ? Math.min(y0, start % height) : 0
    y1 = from === to ? Math.max(y1, (last % height) + 1) : height
  }
  return areaOf(runs) === 0 ? { x0: 0, y0: 0, x1: 0, y1: 0 } : { x0, y0, x1, y1 }
}
