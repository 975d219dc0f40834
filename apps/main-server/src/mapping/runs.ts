import type {
  Detection,
  ObjectReferenceV2,
  PoseEstimate,
  PoseV2,
  RunFrameV2,
  RunObjectV2,
  RunV2,
} from '@sextant/contracts'
import type { PlatformError } from '@sextant/contracts'
import { rotationOf, translationOf } from '@sextant/geometry'
import type { ClientFrame } from '@sextant/image'
import type { EstimationResult, SceneObjectResult } from '@sextant/pipeline'
import { LISTED_DETECTIONS } from './pipeline-answer.ts'

/** An object that was not looked for yet. */
export function pendingObject({ className, objectName }: ObjectReferenceV2): RunObjectV2 {
  return {
    className,
    objectName,
    status: 'pending',
    reason: null,
    error: null,
    poses: [],
    bestRejected: null,
    detections: [],
    detectionCount: 0,
    geometry: null,
    stages: {},
  }
}

/** What is kept of one object's result. */
export function toRunObject(object: ObjectReferenceV2, result: EstimationResult): RunObjectV2 {
  const { outcome, detections, stages } = result
  return {
    ...pendingObject(object),
    status: outcome.status,
    reason: outcome.reason,
    poses: outcome.poses.map(toPose),
    bestRejected: outcome.bestRejected === null ? null : toPose(outcome.bestRejected),
    detections: detections.slice(0, LISTED_DETECTIONS).map(toDetection),
    detectionCount: detections.length,
    geometry: { diameter: result.object.diameter, center: [...result.object.center] },
    stages: Object.fromEntries(
      Object.entries(stages).map(([name, report]) => [name, { ...report, timings: { ...report.timings } }]),
    ),
  }
}

/** The same of an object that was one of several in a scene. */
export function toRunObjectOfScene(object: ObjectReferenceV2, result: SceneObjectResult): RunObjectV2 {
  const { outcome, error, seconds, timings, engine } = result
  const { poses, bestRejected } = outcome
  return {
    ...pendingObject(object),
    status: error === null ? outcome.status : 'failed',
    reason: outcome.reason,
    error: error === null ? null : toRunError(error),
    poses: poses.map(toPose),
    bestRejected: bestRejected === null ? null : toPose(bestRejected),
    geometry: result.object === null ? null : { diameter: result.object.diameter, center: [...result.object.center] },
    stages: { pose: { seconds, timings: { ...timings }, engine } },
  }
}

/** Domain pose to wire. */
export function toPose(pose: PoseEstimate): PoseV2 {
  const { cameraFromObject, score, parts, uncertainty, depthOffset, mask, detectionIndex } = pose
  return {
    rotation: rotationOf(cameraFromObject),
    translation: translationOf(cameraFromObject),
    score,
    parts: { ...parts },
    uncertainty: {
      ...uncertainty,
      covariance: [...uncertainty.covariance],
      unobservable: [...uncertainty.unobservable],
    },
    depthOffset: depthOffset === null ? null : { ...depthOffset, shiftPx: [...depthOffset.shiftPx] },
    mask: { size: [...mask.size], counts: [...mask.counts] },
    detectionIndex,
  }
}

function toDetection({ mask, box, score, source }: Detection): RunObjectV2['detections'][number] {
  return { mask: { size: [...mask.size], counts: [...mask.counts] }, box, score, source }
}

/** Every so many pixels count for the share of depth and its median; prime, so that no column is favoured. */
const DEPTH_STRIDE = 7

/** What the console shows about a frame. */
export function toRunFrame({ frame, depthScale, bytes }: ClientFrame): RunFrameV2 {
  const { data } = frame.depth
  const present = data.filter((depth, i) => depth > 0 && i % DEPTH_STRIDE === 0).sort()
  return {
    camera: { ...frame.camera },
    millimetersPerCount: depthScale.millimetersPerCount,
    depthScaleRule: depthScale.rule,
    depthCoverage: present.length / Math.max(1, Math.ceil(data.length / DEPTH_STRIDE)),
    medianDepthMm: present[present.length >> 1] ?? null,
    colorType: imageTypeOf(bytes.color),
  }
}

/** Media type of an encoded colour image, by its first bytes. */
function imageTypeOf(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg'
  if (bytes[0] === 0x42 && bytes[1] === 0x4d) return 'image/bmp'
  if (bytes[8] === 0x57 && bytes[9] === 0x45) return 'image/webp'
  return 'application/octet-stream'
}

export function toRunError(error: PlatformError): NonNullable<RunV2['error']> {
  return { code: error.code, detail: error.message, stage: error.stage ?? null, retryable: error.retryable }
}
