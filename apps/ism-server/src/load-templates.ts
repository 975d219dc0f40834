import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, templateFileNames, type TemplateManifest } from '@sextant/contracts'
import type { PinholeCamera } from '@sextant/geometry'
import { decodeColor, decodeDepthRaw, decodeMask } from '@sextant/image'
import { readTemplateManifest, readUsableMesh } from '@sextant/library'
import { prepareTemplates, type TemplateDescriptors, type TemplateView } from '@sextant/segmentation'
import { createTemplateWorkspace, rasterizeTemplates, TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'

/**
 * Renders the views of a CAD and describes them: for folders of templates that another program made, which say neither
 * how nor of which CAD.
 *
 * @throws {PlatformError} mesh.*
 */
export async function renderTemplates(cadPath: string): Promise<TemplateDescriptors> {
  const { mesh, diameter: diameterMm } = await readUsableMesh(cadPath)
  const views = [...rasterizeTemplates(createTemplateWorkspace(mesh, TEMPLATE_RECIPE_DEFAULTS))]
  return prepareTemplates(views, { diameterMm, isUniform: TEMPLATE_RECIPE_DEFAULTS.colorize })
}

/**
 * Reads a template set and describes its views.
 *
 * @param directory  absolute path of the set
 * @throws {PlatformError} bundle.not_found, bundle.incomplete
 */
export async function loadTemplates(directory: string): Promise<TemplateDescriptors> {
  const manifest = await readTemplateManifest(directory)
  if (manifest === null) throw new PlatformError('bundle.not_found', { detail: 'the folder holds no template set' })
  const views = await Promise.all(
    Array.from({ length: manifest.recipe.viewCount }, (_, index) => loadView(directory, index, manifest)),
  )
  return prepareTemplates(views, { diameterMm: manifest.diameterMm, isUniform: manifest.recipe.colorize })
}

async function loadView(directory: string, index: number, manifest: TemplateManifest): Promise<TemplateView> {
  const names = templateFileNames(index)
  const { imageSize: size, focalLength } = manifest.recipe
  const center = (size - 1) / 2
  const camera: PinholeCamera = { fx: focalLength, fy: focalLength, cx: center, cy: center, width: size, height: size }
  try {
    const [color, mask, raw] = await Promise.all([
      readFile(join(directory, names.rgb)).then((bytes) => decodeColor(bytes, names.rgb)),
      readFile(join(directory, names.mask)).then((bytes) => decodeMask(bytes, names.mask)),
      readFile(join(directory, names.depth)).then((bytes) => decodeDepthRaw(bytes, null, names.depth)),
    ])
    const data = Float32Array.from(raw.counts, (count) => count * manifest.depthScale)
    return { camera, color, mask, depth: { width: raw.width, height: raw.height, data } }
  } catch (cause) {
    throw new PlatformError('bundle.incomplete', { detail: `view ${index} of the template set cannot be read`, cause })
  }
}
