import { createTrace, type Detection, type StageTimings } from '@sextant/contracts'
import { createRng, shareArrays, type Frame } from '@sextant/geometry'
import { decodeFrame, type FrameBytes } from '@sextant/image'
import { detectObject, segmentScene, type SceneSegmentation, type TemplateDescriptors } from '@sextant/segmentation'
import { loadTemplates, renderTemplates } from './load-templates.ts'

/** A template set to be described; the answer's arrays are in shared memory, so it is kept once for all threads. */
export interface DescribeTask {
  readonly kind: 'describe'
  /** absolute path of a template set, or of the CAD to render one of */
  readonly from: { readonly templateDirectory: string } | { readonly cadPath: string }
}

/** A frame to be searched for an object. */
export interface DetectTask {
  readonly kind: 'detect'
  readonly bytes: FrameBytes
  /** digest of colour, depth, camera and scale */
  readonly frameKey: string
  readonly object: TemplateDescriptors
  readonly limit: number
}

/** One message to the segmentation worker. */
export type SegmentationTask = DescribeTask | DetectTask

export interface DetectTaskResult {
  readonly detections: readonly Detection[]
  readonly timings: StageTimings
}

export type SegmentationTaskResult = TemplateDescriptors | DetectTaskResult

const SEED = 1
let lastScene: {
  readonly key: string
  readonly frame: Frame
  readonly maxDiameterMm: number
  readonly scene: SceneSegmentation
} | null = null

/** @throws {PlatformError} image.*, depth.*, bundle.* */
export async function runSegmentationTask(task: SegmentationTask): Promise<SegmentationTaskResult> {
  if (task.kind === 'detect') return detect(task)
  const { from } = task
  return shareArrays(await ('cadPath' in from ? renderTemplates(from.cadPath) : loadTemplates(from.templateDirectory)))
}

/** Decodes, segments and ranks; the last frame is kept in the worker. */
async function detect({ object, ...task }: DetectTask): Promise<DetectTaskResult> {
  const trace = createTrace(() => performance.now())
  const started = performance.now()
  const frame = lastScene?.key === task.frameKey ? lastScene.frame : await decodeFrame(task.bytes)
  trace.timings.decode = performance.now() - started
  const env = { trace, rng: createRng(SEED) }
  // Regions merged for smaller objects do not serve larger ones.
  const isReusable = lastScene?.key === task.frameKey && lastScene.maxDiameterMm === object.diameterMm
  const scene =
    isReusable && lastScene !== null ? lastScene.scene : segmentScene(frame, { maxDiameterMm: object.diameterMm }, env)
  lastScene = { key: task.frameKey, frame, maxDiameterMm: object.diameterMm, scene }
  const { detections } = detectObject(scene, object, { limit: task.limit }, env)
  return { detections, timings: trace.timings }
}
