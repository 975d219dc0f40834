import { z } from 'zod'
import { cameraV2 } from './v2.ts'
import { objectReferenceV2 } from './v2-runs.ts'

/** One line of a server's log. */
export const logLineV2 = z.object({
  /** ISO 8601 */
  time: z.string(),
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  message: z.string(),
  requestId: z.string().nullable(),
  /** everything else the line says */
  fields: z.record(z.string(), z.unknown()),
})
export type LogLineV2 = z.infer<typeof logLineV2>

export const logQueryV2 = z.object({
  requestId: z.string().max(200).optional(),
  level: logLineV2.shape.level.optional(),
  limit: z.coerce.number().int().min(1).max(2000).default(200),
})

/** The newest lines a server remembers, oldest first. */
export const logLinesV2 = z.object({ lines: z.array(logLineV2) })

export const cameraQueryV2 = z.object({ base: z.string().max(300).optional() })

/** What a camera server shows this moment, moved to the colour camera and rectified, as a run would get it. */
export const cameraPreviewV2 = z.object({
  base: z.string(),
  camera: cameraV2,
  /** s; null when the camera does not say */
  ageSeconds: z.number().nullable(),
  frameIndex: z.number().nullable(),
  fetchSeconds: z.number(),
  /** shares of pixels with depth, 0..1, as measured and in the colour camera */
  depthCoverage: z.number(),
  alignedCoverage: z.number(),
  /** mean of the image, 0..255 */
  brightness: z.number(),
  extrinsics: z.string(),
  rectified: z.boolean(),
  warnings: z.array(z.string()),
  /** base64 of a JPEG: colour; the depth in false colours */
  color: z.string(),
  depth: z.string(),
})
export type CameraPreviewV2 = z.infer<typeof cameraPreviewV2>

/** A frame to try things with. `objects`: what it shows; `missing`: those of them that are not in the library. */
export const sampleV2 = z.object({
  name: z.string(),
  objects: z.array(objectReferenceV2),
  missing: z.array(objectReferenceV2),
})
export type SampleV2 = z.infer<typeof sampleV2>
export const samplesV2 = z.object({ samples: z.array(sampleV2) })
