import { PlatformError } from '@sextant/contracts'
import type { LibraryObject } from '@sextant/library'
import { z } from 'zod'
import type { Dependencies } from './compose.ts'

/** One entry of the results of a render workflow. */
export type RenderItem =
  | { object_name: string; success: true; skipped: true; message: string }
  | { object_name: string; success: true; result: Record<string, unknown> }
  | { object_name: string; success: false; error: string }

const renderAnswer = z.looseObject({ success: z.boolean().optional(), status: z.string() })
const RENDER_PATH = '/render/templates?wait=true&wait_timeout_sec=3600'

/** Renders the templates of one object through the Render server; a failure is an entry, not an exception. */
export async function renderObject(
  className: string,
  name: string,
  force: boolean,
  deps: Dependencies,
  requestId: string,
): Promise<RenderItem> {
  let object: LibraryObject
  try {
    object = await deps.library.findObject(className, name)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'object.not_found') throw error
    return { object_name: name, success: false, error: `CAD file not found: ${name} (looking for .ply, .obj, or .stl)` }
  }
  if (!force && (await deps.library.hasTemplates(object))) {
    return { object_name: name, success: true, skipped: true, message: 'Template already exists' }
  }
  try {
    const { cadPath, templateDirectory } = object
    const body = { cad_path: cadPath, output_dir: templateDirectory }
    const result = await deps.remotes.render.post(RENDER_PATH, body, renderAnswer, { requestId })
    const isDone = result.success === true || result.status === 'succeeded'
    if (isDone) return { object_name: name, success: true, result }
    const text = typeof result.error_message === 'string' ? result.error_message : result.status
    return { object_name: name, success: false, error: `Render server failed: ${text}` }
  } catch (error) {
    if (error instanceof PlatformError) return { object_name: name, success: false, error: error.message }
    throw error
  }
}

/** Objects of one class, or of all. @throws {PlatformError} class.not_found */
export async function objectsOf(className: string | null | undefined, deps: Dependencies): Promise<LibraryObject[]> {
  const classes = className ? [className] : await deps.library.listClasses()
  return (await Promise.all(classes.map((name) => deps.library.listObjects(name)))).flat()
}
