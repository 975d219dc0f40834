import type { Detection, ObjectOutcome, PoseOptionsV2, StageTimings } from '@sextant/contracts'
import type { PinholeCamera } from '@sextant/geometry'

/** Names an object of the library. */
export interface ObjectReference {
  readonly className: string
  readonly objectName: string
}

/** One RGB-D image as it travels: bytes as received, units and camera already decided. */
export interface EncodedFrame {
  /** encoded colour image (PNG, JPEG ...) */
  readonly color: Uint8Array
  /** 16-bit PNG, or raw little-endian values of the colour image's size */
  readonly depth: Uint8Array
  readonly camera: PinholeCamera
  readonly millimetersPerCount: number
}

export interface TemplatesResult {
  /** true: an intact set was there */
  readonly skipped: boolean
  readonly timings: StageTimings
}

export interface DetectResult {
  readonly detections: readonly Detection[]
  readonly timings: StageTimings
}

export interface PoseResult {
  readonly outcome: ObjectOutcome
  /** size and bounding-box centre of the object: mm, object */
  readonly object: { readonly diameter: number; readonly center: readonly number[] }
  readonly timings: StageTimings
}

/** The port through which the pipeline reaches its stages: in one process, or over HTTP. */
export interface Stages {
  readonly templates: { ensure(object: ObjectReference, env: StageEnv): Promise<TemplatesResult> }
  readonly segmentation: {
    detect(
      input: { readonly frame: EncodedFrame; readonly object: ObjectReference; readonly limit: number },
      env: StageEnv,
    ): Promise<DetectResult>
  }
  readonly pose: {
    estimate(
      input: {
        readonly frame: EncodedFrame
        readonly object: ObjectReference
        readonly detections: readonly Detection[] | null
        readonly options: PoseOptionsV2
      },
      env: StageEnv,
    ): Promise<PoseResult>
  }
}

/** What a call across a stage carries besides its input. */
export interface StageEnv {
  readonly requestId: string
  readonly signal?: AbortSignal
}
