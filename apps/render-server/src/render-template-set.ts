import { PlatformError, TEMPLATE_MANIFEST_NAME, type TemplateRecipe } from '@sextant/contracts'
import type { BlenderOptions } from '@sextant/blender'
import {
  assertUsable,
  digestOfObjectFile,
  isTemplateSetComplete,
  parseObjectFile,
  publishTemplateSet,
  readObjectFile,
  removeUnpublished,
} from '@sextant/library'
import {
  createTemplateEncoders,
  createTemplateWorkspace,
  depthScaleFor,
  describeTemplateSet,
  templateFiles,
} from '@sextant/templates'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openRenderer } from './open-renderer.ts'
import { isCancelRequested, storeProgress, type RenderControl } from './render-control.ts'

/** What a rendering thread is told; plain data and one shared buffer. */
export interface RenderTask {
  /** host path */
  readonly cadPath: string
  /** host path */
  readonly outputDirectory: string
  readonly recipe: TemplateRecipe
  /** render even when an intact set of this CAD and recipe is there */
  readonly force: boolean
  readonly createdBy: string
  /** of recipes that are drawn by it */
  readonly blender: BlenderOptions
  /** Unix time, ms, at which a job was asked for whose process died while it ran; null: it runs for the first time */
  readonly interruptedSinceMs: number | null
  readonly control: RenderControl
}

export interface RenderOutcome {
  readonly templateCount: number
  /** an intact set was there already */
  readonly skipped: boolean
  readonly warnings: readonly string[]
}

const CANCEL_INTERVAL_MS = 100

/**
 * Renders the template set of one CAD file and publishes it; an intact set of the same CAD and recipe is left alone.
 *
 * @throws {PlatformError} object.not_found, mesh.*, request.path_forbidden, request.cancelled, renderer.*
 */
export async function renderTemplateSet(task: RenderTask): Promise<RenderOutcome> {
  const { control, outputDirectory, recipe } = task
  const cadFileName = basename(task.cadPath)
  const file = await readObjectFile(task.cadPath)
  const cadSha256 = digestOfObjectFile(file)
  const { interruptedSinceMs } = task
  if (interruptedSinceMs !== null) await removeUnpublished(outputDirectory, { olderThanMs: 0 })
  // A set may have been published just before the process died: that one was rendered for this job.
  const mayReuse =
    !task.force || (interruptedSinceMs !== null && (await publishedMs(outputDirectory)) >= interruptedSinceMs)
  if (mayReuse && (await isTemplateSetComplete(outputDirectory, { cadSha256, recipe }))) {
    return { templateCount: recipe.viewCount, skipped: true, warnings: [] }
  }
  const { renderer, version } = await openRenderer(recipe.engine, task.blender)
  const { mesh, warnings, diameter: diameterMm } = assertUsable(await parseObjectFile(file), cadFileName)
  const workspace = createTemplateWorkspace(mesh, recipe)
  const { cameraDistance } = workspace.scene
  const cancelling = new AbortController()
  const stopWhenAsked = (): void => {
    if (!isCancelRequested(control)) return
    cancelling.abort(new PlatformError('request.cancelled', { detail: 'Rendering was cancelled.' }))
  }
  stopWhenAsked()
  // Blender works for minutes without a view to show; this thread is free meanwhile.
  const asking = setInterval(stopWhenAsked, CANCEL_INTERVAL_MS)
  const files = templateFiles(workspace, createTemplateEncoders(), depthScaleFor(cameraDistance), {
    renderer,
    signal: cancelling.signal,
    onView(done, total) {
      storeProgress(control, done, total)
      stopWhenAsked()
    },
  })
  const createdBy = version === null ? task.createdBy : `${task.createdBy}, ${version}`
  const source = { cadFileName, cadSha256, diameterMm, createdBy }
  try {
    await publishTemplateSet(outputDirectory, files, describeTemplateSet(recipe, cameraDistance, source))
  } finally {
    clearInterval(asking)
  }
  return { templateCount: recipe.viewCount, skipped: false, warnings }
}

/** Unix time, ms, at which the set in the folder was published; -Infinity when there is none. */
async function publishedMs(directory: string): Promise<number> {
  const manifest = await stat(join(directory, TEMPLATE_MANIFEST_NAME)).catch(() => null)
  return manifest?.mtimeMs ?? -Infinity
}
