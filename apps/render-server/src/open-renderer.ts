import type { TemplateEngine } from '@sextant/contracts'
import { blenderVersion, createBlenderRenderer, type BlenderOptions } from '@sextant/blender'
import { rasterizeTemplates, type TemplateRenderer } from '@sextant/templates'

/** A renderer, and how it calls itself in manifests; null: it is part of this program. */
export interface OpenRenderer {
  readonly renderer: TemplateRenderer
  readonly version: string | null
}

/** @throws {PlatformError} renderer.missing */
export async function openRenderer(engine: TemplateEngine, blender: BlenderOptions): Promise<OpenRenderer> {
  if (engine !== 'blender') return { renderer: rasterizeTemplates, version: null }
  return { renderer: createBlenderRenderer(blender), version: await blenderVersion(blender.executable) }
}
