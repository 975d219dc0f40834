import { z } from 'zod'

/** Symmetries of an object in the form of BOP's models_info.json; the identity is not listed. */
export const objectSymmetriesSchema = z.object({
  /** 4x4 row-major, mm: motions that map the object onto itself */
  symmetries_discrete: z.array(z.array(z.number()).length(16)).default([]),
  /** axes about which the object may turn freely; offset: a point on the axis, mm */
  symmetries_continuous: z
    .array(z.object({ axis: z.array(z.number()).length(3), offset: z.array(z.number()).length(3) }))
    .default([]),
})
export type ObjectSymmetries = z.infer<typeof objectSymmetriesSchema>
