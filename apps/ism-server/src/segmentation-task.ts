import { createTrace, type Detection, type StageTimings } from '@sextant/contracts'
import { createRng, type Frame } from '@sextant/geometry'
import { decodeFrame, type FrameBytes } from '@sextant/image'
import { detectObject, segmentScene, type SceneSegmentation, type TemplateDescriptors } from '@sextant/segmentation'
import { loadTemplates } from './load-templates.ts'

/** One message to the segmentation worker. */
export interface SegmentationTask {
  readonly bytes: FrameBytes
  /** digest of colour, depth, camera and scale */
  readonly frameKey: string
  /** absolute path of the template set */
  readonly templateDirectory: string
  /** changes when the set does */
  readonly templateKey: string
  readonly limit: number
  readonly templateCacheSize: number
}

export interface SegmentationTaskResult {
  readonly detections: readonly Detection[]
  readonly timings: StageTimings
}

const SEED = 1
const descriptors = new Map<string, TemplateDescriptors>()
let lastScene: {
  readonly key: string
  readonly frame: Frame
  readonly maxDiameterMm: number
  readonly scene: SceneSegmentation
} | null = null

/**
 * Decodes, segments and ranks; descriptors of templates and the last frame are kept in the worker.
 * @throws {PlatformError} image.*, depth.*, bundle.*
 */
export async function runSegmentationTask(task: SegmentationTask): Promise<SegmentationTaskResult> {
  const trace = createTrace(() => performance.now())
  const object = await descriptorsOf(task, trace.timings)
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

async function descriptorsOf(task: SegmentationTask, timings: StageTimings): Promise<TemplateDescriptors> {
  const known = descriptors.get(task.templateKey)
  descriptors.delete(task.templateKey)
  const started = performance.now()
  const object = known ?? (await loadTemplates(task.templateDirectory))
  if (known === undefined) timings['load templates'] = performance.now() - started
  descriptors.set(task.templateKey, object)
  for (const key of descriptors.keys()) {
    if (descriptors.size <= task.templateCacheSize) break
    descriptors.delete(key)
  }
  return object
}
