import { decodeColor } from '@sextant/image'
import { renderTemplateSurface, type Template, type TemplateRenderer, type TemplateWorkspace } from '@sextant/templates'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BLENDER_DEFAULTS, type BlenderOptions } from './blender-options.ts'
import { describeBlenderScene } from './blender-scene.ts'
import { failedBlender, runBlender } from './run-blender.ts'

/**
 * A renderer whose colour is Cycles'. One Blender process draws all views of an object and is gone when it is done,
 * left or told to stop.
 *
 * Mask, depth and coordinates are our rasteriser's: they are of pixel centres, while Cycles spreads its samples over the
 * pixel, so that its passes mix surfaces that lie far apart along every edge.
 *
 * The renderer throws PlatformError renderer.missing and renderer.failed, and RangeError for a recipe without samples.
 */
export function createBlenderRenderer(options: Partial<BlenderOptions> = {}): TemplateRenderer {
  const settings = { ...BLENDER_DEFAULTS, ...options }
  return async function* (workspace, signal): AsyncGenerator<Template> {
    const folder = await mkdtemp(join(tmpdir(), 'sextant-blender-'))
    let count = 0
    try {
      await writeScene(folder, workspace)
      for await (const viewIndex of runBlender(folder, settings, signal)) {
        const picture = join(folder, `view-${viewIndex}.png`)
        const color = await decodeColor(await readFile(picture), `view ${viewIndex}`)
        await rm(picture)
        yield { ...renderTemplateSurface(workspace, viewIndex), color }
        count++
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    const total = workspace.directions.length
    if (count !== total) throw failedBlender(`${count} of ${total} views`, [])
  }
}

async function writeScene(folder: string, workspace: TemplateWorkspace): Promise<void> {
  const { mesh, scene } = describeBlenderScene(workspace)
  await writeFile(join(folder, 'scene.json'), JSON.stringify(scene))
  await writeFile(join(folder, 'positions.f32'), mesh.positions)
  await writeFile(join(folder, 'faces.i32'), mesh.faces)
  if (mesh.colors !== null) await writeFile(join(folder, 'colors.f32'), mesh.colors)
}
