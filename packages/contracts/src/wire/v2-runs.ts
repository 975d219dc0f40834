import { z } from 'zod'
import { cameraV2, detectionV2, engineChoiceV2, engineNameV2, poseOptionsV2, poseV2 } from './v2.ts'

/** `YYYYMMDD_HHMMSS_<6 hex>`: sorts by time, is a folder name, cannot be a path. */
export const runIdV2 = z.string().regex(/^\d{8}_\d{6}_[0-9a-f]{6}$/, 'a run id')

export const objectReferenceV2 = z.object({ className: z.string(), objectName: z.string() })
export type ObjectReferenceV2 = z.infer<typeof objectReferenceV2>

export const outputModeV2 = z.enum(['full', 'results_only', 'none'])
export type OutputModeV2 = z.infer<typeof outputModeV2>

/**
 * Part `request` of `POST /api/v2/runs`; the frame is in the parts `color` and `depth`. As JSON it names one of `frameOf`,
 * `camera` and `sample`.
 */
export const runRequestV2 = z.object({
  objects: z.array(objectReferenceV2).min(1).max(300),
  options: poseOptionsV2.partial().default({}),
  /** of segmentation and pose; each server's default when absent */
  engine: engineChoiceV2.nullish(),
  /** camera of uploaded images, in any form of the v1 contract: cam_K, fx ..., depth_scale */
  camParams: z.record(z.string(), z.unknown()).nullish(),
  /** take the kept frame of this run instead of uploaded images */
  frameOf: runIdV2.nullish(),
  /** take a frame of this camera server now; `{}`: the configured one */
  camera: z.object({ base: z.string().max(300).nullish() }).nullish(),
  /** take this sample of `GET /api/v2/samples` */
  sample: z.string().max(100).nullish(),
  /** look here only, px; an instance the user points at. Only with a single object */
  box: z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() }).nullish(),
  /** full: inputs and results are kept; results_only: no inputs; none: nothing on disk, gone with the process */
  outputMode: outputModeV2.default('full'),
  /** free text to find the run by: a batch, a cell */
  tag: z.string().max(64).nullish(),
})
export type RunRequestV2 = z.infer<typeof runRequestV2>

/** Where a run stands. `interrupted`: the server ended while it ran. */
export const runStatusV2 = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'])
export type RunStatusV2 = z.infer<typeof runStatusV2>

export const runErrorV2 = z.object({
  code: z.string(),
  detail: z.string(),
  stage: z.string().nullable(),
  retryable: z.boolean(),
})

export const stageReportV2 = z.object({
  seconds: z.number(),
  timings: z.record(z.string(), z.number()),
  /** the one that answered; null: the stage has none, or was not asked */
  engine: engineNameV2.nullable().default(null),
})

/** What happened to one object of a run. */
export const runObjectV2 = z.object({
  ...objectReferenceV2.shape,
  status: z.enum(['pending', 'running', 'estimated', 'not_found', 'rejected', 'failed', 'cancelled']),
  reason: z.string().nullable(),
  error: runErrorV2.nullable(),
  poses: z.array(poseV2),
  bestRejected: poseV2.nullable(),
  /** best first, at most ten */
  detections: z.array(detectionV2),
  detectionCount: z.number().int(),
  /** mm, object */
  geometry: z.object({ diameter: z.number(), center: z.array(z.number()).length(3) }).nullable(),
  /** by stage, in the order they ran */
  stages: z.record(z.string(), stageReportV2),
})
export type RunObjectV2 = z.infer<typeof runObjectV2>

export const runFrameV2 = z.object({
  camera: cameraV2,
  millimetersPerCount: z.number(),
  depthScaleRule: z.string(),
  /** share of pixels with depth, 0..1 */
  depthCoverage: z.number(),
  /** median of the depths present, mm; null when there is none */
  medianDepthMm: z.number().nullable(),
  colorType: z.string(),
})
export type RunFrameV2 = z.infer<typeof runFrameV2>

/** One run, whole. */
export const runV2 = z.object({
  id: runIdV2,
  /** the API it came through */
  source: z.enum(['v1', 'v2']),
  requestId: z.string(),
  tag: z.string().nullable(),
  status: runStatusV2,
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  outputMode: outputModeV2,
  /** whether colour, depth and camera are kept, so that the run can be looked at and repeated */
  hasInputs: z.boolean(),
  frame: runFrameV2.nullable(),
  options: poseOptionsV2,
  /** as asked for; null: each server's default. `stages` of an object tell which answered */
  engine: engineChoiceV2.nullable().default(null),
  box: z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() }).nullable(),
  objects: z.array(runObjectV2),
  warnings: z.array(z.string()),
  error: runErrorV2.nullable(),
})
export type RunV2 = z.infer<typeof runV2>

/** One line of the history. */
export const runSummaryV2 = z.object({
  ...runV2.pick({ id: true, source: true, tag: true, status: true, createdAt: true, hasInputs: true }).shape,
  seconds: z.number().nullable(),
  objects: z.array(
    z.object({
      ...objectReferenceV2.shape,
      status: runObjectV2.shape.status,
      reason: z.string().nullable(),
      poseCount: z.number().int(),
      bestScore: z.number().nullable(),
    }),
  ),
  errorCode: z.string().nullable(),
})
export type RunSummaryV2 = z.infer<typeof runSummaryV2>

export const runListV2 = z.object({ runs: z.array(runSummaryV2), total: z.number().int() })

/** One server-sent event of `GET /api/v2/runs/:id/events`; the last one has a status that is final. */
export const runProgressV2 = z.object({
  status: runStatusV2,
  /** index into the objects of the run; null before the first and after the last */
  objectIndex: z.number().int().nullable(),
  stage: z.string().nullable(),
  objects: z.array(z.object({ status: runObjectV2.shape.status, bestScore: z.number().nullable() })),
  elapsedMs: z.number(),
})
export type RunProgressV2 = z.infer<typeof runProgressV2>
