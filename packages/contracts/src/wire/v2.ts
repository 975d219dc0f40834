import { z } from 'zod'

export const cameraV2 = z.object({
  fx: z.number().positive(),
  fy: z.number().positive(),
  cx: z.number(),
  cy: z.number(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
})

export const rleV2 = z.object({
  size: z.tuple([z.number().int().positive(), z.number().int().positive()]),
  counts: z.array(z.number().int().nonnegative()),
})

export const boxV2 = z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() })

export const detectionV2 = z.object({
  mask: rleV2,
  box: boxV2,
  score: z.number(),
  source: z.enum(['user', 'proposal', 'network']),
  scoreParts: z.record(z.string(), z.number()).optional(),
  templateIndex: z.number().int().optional(),
})

/** What answers a request. */
export const engineNameV2 = z.enum(['geometric', 'sam6d'])
export type EngineNameV2 = z.infer<typeof engineNameV2>

/** What a request may ask for. `auto`: sam6d where its networks are loaded, geometric elsewhere. */
export const engineChoiceV2 = z.enum([...engineNameV2.options, 'auto'])
export type EngineChoiceV2 = z.infer<typeof engineChoiceV2>

/** A multipart body with a frame: what is asked as JSON in the part `request`, the encoded images as files. */
export const frameFormV2 = <S extends z.ZodType>(request: S) => z.object({ request, color: z.file(), depth: z.file() })

const timings = z.record(z.string(), z.number())

/** What both stages need to know about the frame besides its bytes. */
const frameFields = {
  className: z.string(),
  objectName: z.string(),
  camera: cameraV2,
  millimetersPerCount: z.number().positive(),
}

export const detectionsRequestV2 = z.object({
  ...frameFields,
  limit: z.number().int().min(1).max(300),
  /** the server's default when absent */
  engine: engineChoiceV2.optional(),
})
export type DetectionsRequestV2 = z.infer<typeof detectionsRequestV2>

export const detectionsResponseV2 = z.object({
  detections: z.array(detectionV2),
  /** the one that answered */
  engine: engineNameV2,
  timings,
})
export type DetectionsResponseV2 = z.infer<typeof detectionsResponseV2>

export const poseOptionsV2 = z.object({
  maxInstances: z.number().int().min(1).max(100),
  scoreThreshold: z.number().min(0).max(1),
  seed: z.number().int(),
  timeBudgetMs: z.number().positive().nullable(),
  preset: z.enum(['fast', 'balanced', 'precise']),
  generator: z.enum(['pairs', 'views']),
  /** `ignored`: the thing carries another print or paint than its CAD. Absent in runs recorded by older versions. */
  cadColors: z.enum(['trusted', 'ignored']).default('trusted'),
})
export type PoseOptionsV2 = z.infer<typeof poseOptionsV2>

/** What a request to Main gets for the options it leaves open. */
export const POSE_OPTION_DEFAULTS_V2: PoseOptionsV2 = {
  maxInstances: 1,
  scoreThreshold: 0.25,
  seed: 0,
  timeBudgetMs: null,
  preset: 'balanced',
  generator: 'pairs',
  cadColors: 'trusted',
}

export const posesRequestV2 = z.object({
  ...frameFields,
  detections: z.array(detectionV2).nullable(),
  options: poseOptionsV2,
  /** the server's default when absent */
  engine: engineChoiceV2.optional(),
})
export type PosesRequestV2 = z.infer<typeof posesRequestV2>

export const poseV2 = z.object({
  /** row-major 3x3 */
  rotation: z.array(z.number()).length(9),
  /** mm */
  translation: z.array(z.number()).length(3),
  score: z.number(),
  parts: z.record(z.string(), z.number().nullable()),
  uncertainty: z.object({
    /** 6x6 row-major: rotation vector (rad), translation (mm) */
    covariance: z.array(z.number()).length(36),
    rotationSigmaDegrees: z.number(),
    translationSigmaMm: z.number(),
    unobservable: z.array(z.string()),
  }),
  depthOffset: z
    .object({
      mm: z.number(),
      sigmaMm: z.number(),
      shiftPx: z.tuple([z.number(), z.number()]),
      edgeCount: z.number().int(),
    })
    .nullable(),
  mask: rleV2,
  detectionIndex: z.number().int().nullable(),
})
export type PoseV2 = z.infer<typeof poseV2>

export const posesResponseV2 = z.object({
  status: z.enum(['estimated', 'not_found', 'rejected']),
  reason: z
    .enum([
      'no_depth',
      'no_candidates',
      'no_hypotheses',
      'score_below_threshold',
      'deadline_exceeded',
      'explained_by_other',
    ])
    .nullable(),
  poses: z.array(poseV2),
  bestRejected: poseV2.nullable(),
  /** size and centre of the object as the engine measured them: mm, object */
  object: z.object({ diameter: z.number(), center: z.array(z.number()).length(3) }),
  options: poseOptionsV2,
  /** the one that answered */
  engine: engineNameV2,
  timings,
})
export type PosesResponseV2 = z.infer<typeof posesResponseV2>

export const cacheStatsV2 = z.object({
  hits: z.number().int(),
  misses: z.number().int(),
  /** null before the first request */
  hitRate: z.number().nullable(),
  entries: z.number().int(),
  bytes: z.number(),
  maxEntries: z.number().int(),
  maxBytes: z.number(),
})
export const cacheLimitsV2 = z.object({
  maxEntries: z.number().int().min(0).optional(),
  maxBytes: z.number().min(0).optional(),
})

export const serviceStatusV2 = z.object({
  version: z.string(),
  uptimeSeconds: z.number(),
  engine: z.string(),
  device: z.string().nullable(),
  modelLoaded: z.boolean(),
  /** bytes; null without a GPU */
  gpuMemory: z.number().nullable(),
  /** null: no networks here */
  networks: z
    .object({
      /** execution providers passed over, and why */
      refusals: z.array(z.string()),
      /** why they are not loaded, when loading was tried */
      problem: z.string().nullable(),
    })
    .nullable()
    .default(null),
  queue: z.object({ waiting: z.number().int(), running: z.number().int() }),
  caches: z.record(z.string(), cacheStatsV2),
})
export type ServiceStatusV2 = z.infer<typeof serviceStatusV2>

/** RFC 9457 with our extensions. */
export const problemV2 = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  retryable: z.boolean(),
  stage: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
})
