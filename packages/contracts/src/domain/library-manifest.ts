import { z } from 'zod'
import { lengthUnitV2 } from '../wire/v2-objects.ts'
import { objectSymmetriesSchema } from './object-symmetries.ts'

/** Name of the file beside the CAD files of a class that says what they do not. */
export const LIBRARY_MANIFEST_NAME = 'library.json'

/** What is declared about one object. */
export const libraryEntrySchema = z.looseObject({
  /** wins over the class's */
  unit: lengthUnitV2.optional(),
  symmetries: objectSymmetriesSchema.optional(),
  /** for people */
  label: z.string().optional(),
})
export type LibraryEntry = z.infer<typeof libraryEntrySchema>

/** `meshes/<class>/library.json`: docs/formats/library-manifest.md. Keys that are not known are kept. */
export const libraryManifestSchema = z.looseObject({
  /** of every CAD file of the class that has none of its own */
  unit: lengthUnitV2.optional(),
  /** by object name */
  objects: z.record(z.string(), libraryEntrySchema).optional(),
})
export type LibraryManifest = z.infer<typeof libraryManifestSchema>
