import type { Frame } from '@sextant/geometry'
import { detectObject, type DetectOptions, type ObjectDetections } from './detect-object.ts'
import { segmentScene, type SceneOptions, type SegmentationEnv } from './segment-scene.ts'
import type { TemplateDescriptors } from './template-descriptors.ts'

/** What is asked of one frame. */
export interface SegmentationRequest<Prepared> {
  readonly frame: Frame
  /** objects to look for, in the order of the answers */
  readonly objects: readonly Prepared[]
  /** most detections per object */
  readonly limit: number
  /** detections below are dropped, 0..1 */
  readonly minScore: number
}

/**
 * The port of every segmentation engine: one frame, any number of objects, detections per object.
 * `Prepared` is what the engine makes of an object's templates, once per template set.
 */
export interface Segmenter<Prepared> {
  readonly engine: 'geometric' | 'sam6d'
  /** @returns one entry per object, in the same order; nothing found is an entry with a reason, not an error */
  detect(request: SegmentationRequest<Prepared>, env: SegmentationEnv): Promise<readonly ObjectDetections[]>
}

export interface GeometricSegmenterOptions {
  readonly scene: Partial<SceneOptions>
  readonly detect: Partial<DetectOptions>
}

/** The engine without networks: proposals by geometry and colour, ranked against template statistics. */
export function createGeometricSegmenter(
  options: Partial<GeometricSegmenterOptions> = {},
): Segmenter<TemplateDescriptors> {
  return {
    engine: 'geometric',
    detect({ frame, objects, limit, minScore }, env) {
      const maxDiameterMm = objects.reduce((most, { diameterMm }) => Math.max(most, diameterMm), 0)
      const scene = segmentScene(frame, { ...(objects.length > 0 ? { maxDiameterMm } : {}), ...options.scene }, env)
      return Promise.resolve(
        objects.map((object) => detectObject(scene, object, { ...options.detect, limit, minScore }, env)),
      )
    },
  }
}
