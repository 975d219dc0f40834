import { z } from 'zod'
import { cameraV2, engineChoiceV2, engineNameV2, poseOptionsV2, poseV2, posesResponseV2, rleV2 } from './v2.ts'
import { objectReferenceV2, runErrorV2 } from './v2-runs.ts'

/** What the user knows about where an instance is; at most one of the three. Pixels of the colour image. */
export const evidenceV2 = z.union([
  z.object({ mask: rleV2 }),
  z.object({ box: z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() }) }),
  z.object({ click: z.object({ x: z.number(), y: z.number() }) }),
])
export type EvidenceV2 = z.infer<typeof evidenceV2>

/**
 * `POST /api/v2/scenes`: many objects in one frame. As multipart/form-data the part `request` holds this and the parts
 * `color` and `depth` the images; as JSON the images are base64 or come from a camera server.
 */
export const sceneRequestV2 = z.object({
  objects: z
    .array(z.object({ ...objectReferenceV2.shape, evidence: evidenceV2.nullish() }))
    .max(300)
    .default([]),
  /** all objects of these classes, besides `objects` */
  classes: z.array(z.string()).max(50).default([]),
  /** hold for every object */
  options: poseOptionsV2.partial().default({}),
  /** of segmentation and pose, for every object; each server's default when absent */
  engine: engineChoiceV2.nullish(),
  /** camera of uploaded images, in any form of the v1 contract: cam_K, fx ..., depth_scale */
  camParams: z.record(z.string(), z.unknown()).nullish(),
  color: z.string().nullish(),
  depth: z.string().nullish(),
  /** take the frame from this camera server; `{}`: the configured one */
  camera: z
    .object({ base: z.string().nullish(), host: z.string().nullish(), port: z.number().int().nullish() })
    .nullish(),
})
export type SceneRequestV2 = z.infer<typeof sceneRequestV2>

export const sceneObjectV2 = z.object({
  ...objectReferenceV2.shape,
  status: z.enum(['estimated', 'not_found', 'rejected', 'failed']),
  reason: posesResponseV2.shape.reason,
  /** best first; masks of different poses share no pixel */
  poses: z.array(poseV2),
  bestRejected: poseV2.nullable(),
  /** the object that explains the pixels of the best pose not answered */
  explainedBy: objectReferenceV2.nullable(),
  error: runErrorV2.nullable(),
  /** the one that posed it; null: its search was refused */
  engine: engineNameV2.nullable(),
  /** mm, object */
  geometry: z.object({ diameter: z.number(), center: z.array(z.number()).length(3) }).nullable(),
  seconds: z.number(),
})
export type SceneObjectV2 = z.infer<typeof sceneObjectV2>

export const sceneResponseV2 = z.object({
  objects: z.array(sceneObjectV2),
  camera: cameraV2,
  millimetersPerCount: z.number(),
  options: poseOptionsV2,
  warnings: z.array(z.string()),
  seconds: z.number(),
})
export type SceneResponseV2 = z.infer<typeof sceneResponseV2>

/** Server-sent event `progress` of a scene asked for with `accept: text/event-stream`; the last event is `result`. */
export const sceneProgressV2 = z.object({
  objectIndex: z.number().int(),
  state: z.enum(['running', 'searched']),
  done: z.number().int(),
  total: z.number().int(),
})
