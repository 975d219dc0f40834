import type {
  Detection,
  EngineChoiceV2,
  EngineNameV2,
  ObjectOutcome,
  PoseOptionsV2,
  StageTimings,
} from '@sextant/contracts'
import type { PinholeCamera } from '@sextant/geometry'

/** Proposals handed from segmentation to pose: cluttered real frames need about 100. */
export const DETECTION_LIMIT = 100

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
  /** the one that answered; null: none was asked */
  readonly engine: EngineNameV2 | null
  readonly timings: StageTimings
}

export interface PoseResult {
  readonly outcome: ObjectOutcome
  /** size and bounding-box centre of the object: mm, object */
  readonly object: { readonly diameter: number; readonly center: readonly number[] }
  /** the one that answered */
  readonly engine: EngineNameV2
  readonly timings: StageTimings
}

/** The port through which the pipeline reaches its stages: in one process, or over HTTP. */
export interface Stages {
  readonly templates: { ensure(object: ObjectReference, env: StageEnv): Promise<TemplatesResult> }
  readonly segmentation: {
    detect(
      input: {
        readonly frame: EncodedFrame
        readonly object: ObjectReference
        readonly limit: number
        /** null: the stage's own */
        readonly engine: EngineChoiceV2 | null
      },
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
        /** null: the stage's own */
        readonly engine: EngineChoiceV2 | null
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
