import { z } from 'zod'

/** Version of the template-set folder that this build writes and reads. */
export const TEMPLATE_SET_VERSION = 1

/** Name of the file that makes a folder a template set. */
export const TEMPLATE_MANIFEST_NAME = 'manifest.json'

/** What draws the colour of the views: our own rasteriser, or Cycles, Blender's path tracer. */
export const TEMPLATE_ENGINES = ['rasteriser', 'blender'] as const
export type TemplateEngine = (typeof TEMPLATE_ENGINES)[number]

/** Cycles samples per pixel that may be asked for. */
export const MAX_CYCLES_SAMPLES = 4096

/** Everything that decides the pixels of a template set besides the CAD file. */
export const templateRecipeSchema = z.object({
  /** views: 42, 162 or 642 */
  viewCount: z.number().int().positive(),
  /** side of the square images, px */
  imageSize: z.number().int().positive(),
  /** fx = fy, px; the principal point is the image centre */
  focalLength: z.number().positive(),
  /** true: a uniform material of baseColor; false: the CAD's own colours, grey where it has none */
  colorize: z.boolean(),
  /** linear reflectance 0..1 of the uniform material */
  baseColor: z.number().min(0).max(1),
  /** true: rgb is the mean of several samples: those at the four corners of a pixel of the rasteriser */
  antialias: z.boolean(),
  /** sets of before there was a choice do not say it */
  engine: z.enum(TEMPLATE_ENGINES).default('rasteriser'),
  /** per pixel, of Cycles; 0 with the rasteriser, where antialias decides */
  samples: z.number().int().min(0).default(0),
})

export type TemplateRecipe = z.infer<typeof templateRecipeSchema>

/** The manifest of a template set: docs/formats/template-set.md. */
export const templateManifestSchema = z.object({
  formatVersion: z.literal(TEMPLATE_SET_VERSION),
  createdBy: z.string(),
  cad: z.object({ fileName: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  recipe: templateRecipeSchema,
  /** camera to object origin, mm */
  cameraDistanceMm: z.number().positive(),
  /** largest distance between two vertices, mm */
  diameterMm: z.number().positive(),
  /** mm per count of the depth images */
  depthScale: z.number().positive(),
  files: z.array(z.object({ name: z.string().regex(/^[a-z]+_\d+\.(png|npy)$/), size: z.number().int().positive() })),
})

export type TemplateManifest = z.infer<typeof templateManifestSchema>

/** One file of a template set. */
export interface TemplateFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The four files of one view. */
export type TemplateFileNames = Readonly<Record<'rgb' | 'mask' | 'xyz' | 'depth', string>>

export function templateFileNames(viewIndex: number): TemplateFileNames {
  return {
    rgb: `rgb_${viewIndex}.png`,
    mask: `mask_${viewIndex}.png`,
    xyz: `xyz_${viewIndex}.npy`,
    depth: `depth_${viewIndex}.png`,
  }
}
