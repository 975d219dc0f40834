// A worker of bench/templates.ts: draws, or draws and publishes, the template set of one mesh.
import { createBlenderRenderer } from '@sextant/blender'
import type { TemplateRecipe } from '@sextant/contracts'
import type { TriangleMesh } from '@sextant/geometry'
import { publishTemplateSet } from '@sextant/library'
import {
  createTemplateEncoders,
  createTemplateWorkspace,
  depthScaleFor,
  describeTemplateSet,
  rasterizeTemplates,
  templateFiles,
} from '@sextant/templates'
import { parentPort } from 'node:worker_threads'

export interface TemplateTask {
  readonly mesh: TriangleMesh
  readonly recipe: TemplateRecipe
  /** where the set is published; null: views are drawn and thrown away */
  readonly directory: string | null
}

parentPort?.on('message', ({ directory, mesh, recipe }: TemplateTask) => {
  void draw(mesh, recipe, directory).then(() => parentPort?.postMessage('done'))
})

async function draw(mesh: TriangleMesh, recipe: TemplateRecipe, directory: string | null): Promise<void> {
  const renderer = recipe.engine === 'blender' ? createBlenderRenderer({ threads: 1 }) : rasterizeTemplates
  const workspace = createTemplateWorkspace(mesh, recipe)
  if (directory === null) {
    for await (const _ of renderer(workspace));
    return
  }
  const { cameraDistance } = workspace.scene
  const source = { cadFileName: 'bench', cadSha256: '0'.repeat(64), diameterMm: 1, createdBy: 'bench' }
  const files = templateFiles(workspace, createTemplateEncoders(), depthScaleFor(cameraDistance), { renderer })
  await publishTemplateSet(directory, files, describeTemplateSet(recipe, cameraDistance, source))
}
