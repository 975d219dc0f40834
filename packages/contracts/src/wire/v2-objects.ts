import { z } from 'zod'
import { objectSymmetriesSchema } from '../domain/object-symmetries.ts'

/** A unit that a CAD file may be drawn in. */
export const lengthUnitV2 = z.enum(['mm', 'cm', 'm', 'in', 'um'])
export type LengthUnitV2 = z.infer<typeof lengthUnitV2>

/** `POST /api/v2/objects/:className/:objectName`, multipart. Without `unit` the file is asked, and its size. */
export const objectFormV2 = z.object({ file: z.file(), unit: lengthUnitV2.optional() })

/** What the unit of a CAD file is. `ask`: nobody said, and the size does not tell. */
export const unitVerdictV2 = z.object({
  unit: lengthUnitV2.nullable(),
  millimetersPerUnit: z.number(),
  basis: z.enum(['declared', 'manifest', 'file', 'inferred']),
  verdict: z.enum(['certain', 'plausible', 'ask']),
  reasons: z.array(z.string()),
  alternatives: z.array(z.object({ unit: lengthUnitV2, diameterMm: z.number() })),
})
export type UnitVerdictV2 = z.infer<typeof unitVerdictV2>

const point = z.array(z.number()).length(3)

export const objectSummaryV2 = z.object({
  className: z.string(),
  name: z.string(),
  label: z.string().nullable(),
  cadFile: z.string(),
  sizeBytes: z.number().int(),
  modifiedAt: z.string(),
  hasTemplates: z.boolean(),
  /** null: the CAD was not inspected yet */
  unit: unitVerdictV2.pick({ unit: true, basis: true, verdict: true }).nullable(),
})
export type ObjectSummaryV2 = z.infer<typeof objectSummaryV2>

/** `GET /api/v2/objects` */
export const objectListV2 = z.object({ objects: z.array(objectSummaryV2), classes: z.array(z.string()) })
export type ObjectListV2 = z.infer<typeof objectListV2>

/** Everything known about one object. Lengths are millimetres, with the unit of the verdict applied. */
export const objectReportV2 = z.object({
  ...objectSummaryV2.omit({ unit: true }).shape,
  /** of the CAD file and its unit; whatever is derived from them is kept under it */
  digest: z.string(),
  unit: unitVerdictV2,
  mesh: z.object({
    vertexCount: z.number().int(),
    faceCount: z.number().int(),
    /** faces without area, which are dropped */
    degenerateFaceCount: z.number().int(),
    boundingBox: z.object({ min: point, max: point, size: point }),
    diameter: z.number(),
    /** area-weighted centroid of the surface, from the origin */
    centroidOffset: point,
    isWatertight: z.boolean(),
    colors: z.enum(['none', 'vertex', 'texture']),
  }),
  /** manifest: as declared; geometry: as the pose engine finds them, colour disregarded */
  symmetries: z.object({ source: z.enum(['manifest', 'geometry']), ...objectSymmetriesSchema.shape }),
  warnings: z.array(z.string()),
})
export type ObjectReportV2 = z.infer<typeof objectReportV2>

/** `PATCH /api/v2/objects/:className/:objectName`; what is absent stays, null takes it back. */
export const objectPatchV2 = z.strictObject({
  unit: lengthUnitV2.nullish(),
  name: z.string().optional(),
  className: z.string().optional(),
  symmetries: objectSymmetriesSchema.nullish(),
  label: z.string().max(200).nullish(),
})
export type ObjectPatchV2 = z.infer<typeof objectPatchV2>
