import {
  TEMPLATE_SET_VERSION,
  templateFileNames,
  type TemplateFile,
  type TemplateManifest,
  type TemplateRecipe,
} from '@sextant/contracts'
import type { ColorImage } from '@sextant/geometry'
import {
  objectCoordinatesOf,
  rasterizeTemplates,
  type Template,
  type TemplateRenderer,
  type TemplateWorkspace,
} from './render-template.ts'

/** Value of mask pixels inside. */
export const MASK_INSIDE = 255

const MAX_DEPTH_COUNT = 65535
const FINEST_DEPTH_SCALE = 0.1

/** Turns images into the bytes of files; `createTemplateEncoders` gives the real ones. */
export interface TemplateEncoders {
  /** 8-bit RGB PNG */
  readonly color: (image: ColorImage) => Promise<Uint8Array>
  /** 8-bit single-channel PNG of [height, width] bytes */
  readonly gray: (data: Uint8Array, width: number, height: number) => Promise<Uint8Array>
  /** 16-bit single-channel PNG of [height, width] counts */
  readonly depth: (counts: Uint16Array, width: number, height: number) => Promise<Uint8Array>
  /** NumPy file of little-endian float16 */
  readonly float16: (values: Float32Array, shape: readonly number[]) => Uint8Array
}

/** Where the CAD came from, as the manifest tells it. */
export interface TemplateSource {
  readonly cadFileName: string
  readonly cadSha256: string
  /** largest distance between two vertices, mm */
  readonly diameterMm: number
  /** program and version */
  readonly createdBy: string
}

/** The manifest without its list of files, which is known once they are written. */
export function describeTemplateSet(
  recipe: TemplateRecipe,
  cameraDistance: number,
  source: TemplateSource,
): Omit<TemplateManifest, 'files'> {
  return {
    formatVersion: TEMPLATE_SET_VERSION,
    createdBy: source.createdBy,
    cad: { fileName: source.cadFileName, sha256: source.cadSha256 },
    recipe,
    cameraDistanceMm: cameraDistance,
    diameterMm: source.diameterMm,
    depthScale: depthScaleFor(cameraDistance),
  }
}

/**
 * Millimetres per count: 0.1, or the next power of ten with which the deepest point of the object, at most a quarter of
 * the camera's distance behind the origin, still fits in 16 bits.
 */
export function depthScaleFor(cameraDistance: number): number {
  let scale = FINEST_DEPTH_SCALE
  while ((1.25 * cameraDistance) / scale > MAX_DEPTH_COUNT) scale *= 10
  return scale
}

/** The four files of one view: docs/formats/template-set.md. */
export async function encodeTemplate(
  template: Template,
  encoders: TemplateEncoders,
  depthScale: number,
): Promise<TemplateFile[]> {
  const { color, depth, mask, viewIndex } = template
  const { width, height } = mask
  const maskBytes = new Uint8Array(mask.data.length)
  const counts = new Uint16Array(mask.data.length)
  for (let o = 0; o < maskBytes.length; o++) {
    if (mask.data[o] === 0) continue
    maskBytes[o] = MASK_INSIDE
    counts[o] = Math.round(depth.data[o] / depthScale)
  }
  const names = templateFileNames(viewIndex)
  // The PNG encoders work on other threads while this one makes the array file.
  const encoding = Promise.all([
    encoders.color(color),
    encoders.gray(maskBytes, width, height),
    encoders.depth(counts, width, height),
  ])
  const xyz = encoders.float16(objectCoordinatesOf(template), [height, width, 3])
  const [rgb, gray, z] = await encoding
  return [
    { name: names.rgb, bytes: rgb },
    { name: names.mask, bytes: gray },
    { name: names.xyz, bytes: xyz },
    { name: names.depth, bytes: z },
  ]
}

export interface TemplateFilesOptions {
  /** the rasteriser when absent */
  readonly renderer?: TemplateRenderer
  /** stops between two views by throwing its reason */
  readonly signal?: AbortSignal
  /** called after each view's files were given out */
  readonly onView?: (done: number, total: number) => void
  /** views that are encoded while the next ones are rendered */
  readonly viewsInFlight?: number
}

export const TEMPLATE_FILES_DEFAULTS = { viewsInFlight: 4 } as const

/**
 * All files of a set, view by view. Encoders work on earlier views while the renderer draws the next; at most
 * `viewsInFlight` views are held at a time.
 */
export async function* templateFiles(
  workspace: TemplateWorkspace,
  encoders: TemplateEncoders,
  depthScale: number,
  options: TemplateFilesOptions = {},
): AsyncGenerator<TemplateFile> {
  const { renderer = rasterizeTemplates } = options
  const total = workspace.directions.length
  const viewsInFlight = options.viewsInFlight ?? TEMPLATE_FILES_DEFAULTS.viewsInFlight
  const encoding: Promise<TemplateFile[]>[] = []
  let done = 0
  const giveOut = async function* (): AsyncGenerator<TemplateFile> {
    const files = encoding.shift()
    if (files !== undefined) yield* await files
    options.onView?.(++done, total)
  }
  try {
    for await (const template of renderer(workspace, options.signal)) {
      const files = encodeTemplate(template, encoders, depthScale)
      // Heard when its turn comes, which may be long after it failed.
      files.catch(() => undefined)
      encoding.push(files)
      if (encoding.length === viewsInFlight) yield* giveOut()
    }
    while (encoding.length > 0) yield* giveOut()
  } finally {
    // Left early: nobody else looks at what is still being encoded.
    await Promise.allSettled(encoding)
  }
}
