import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { LIBRARY_MANIFEST_NAME, type LibraryEntry, type LibraryManifest, type RunV2 } from '@sextant/contracts'
import type { ObjectLibrary, RunStore } from '@sextant/library'
import { zip, type AsyncZippable } from 'fflate'

const README = `One run of Sextant, with everything needed to repeat it.

run.json       options, results, timings
camera.json    cam_K (row-major) and depth_scale (mm per count)
rgb, depth     the images as they were received
meshes/        the CAD files as they are now in the library, with their units in library.json; digests.json says
               which they are

Drop this folder onto the console's Run page, or copy meshes/ into the static folder and post the images to
/api/v1/workflow/full-pipeline.
`

/**
 * A zip with the inputs, results and CAD files of a run. Inputs that are not kept are left out, and so are objects that
 * have left the library.
 */
export async function packRun(run: RunV2, store: RunStore, library: ObjectLibrary): Promise<Uint8Array> {
  const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value, null, 2))
  const files: AsyncZippable = {
    'README.txt': new TextEncoder().encode(README),
    'run.json': text(run),
  }
  if (run.hasInputs) {
    const extension = run.frame?.colorType === 'image/jpeg' ? 'jpg' : 'png'
    files[`rgb.${extension}`] = [await store.readInput(run.id, 'color'), { level: 0 }]
    const depth = await store.readInput(run.id, 'depth')
    files[depth[0] === 0x89 && depth[1] === 0x50 ? 'depth.png' : 'depth.bin'] = [depth, { level: 0 }]
    files['camera.json'] = await store.readInput(run.id, 'camera.json')
  }
  const digests: Record<string, string> = {}
  const units: Record<string, Record<string, LibraryEntry>> = {}
  for (const { className, objectName } of run.objects) {
    const object = await library.findObject(className, objectName).catch(() => null)
    if (object === null) continue
    const name = `meshes/${className}/${objectName}${extname(object.cadFile)}`
    files[name] = await readFile(object.cadPath)
    digests[name] = await library.digestOf(object.cadPath)
    const { unit } = await library.declarationOf(object)
    if (unit !== null) (units[className] ??= {})[objectName] = { unit }
  }
  files['digests.json'] = text(digests)
  for (const [className, objects] of Object.entries(units)) {
    files[`meshes/${className}/${LIBRARY_MANIFEST_NAME}`] = text({ objects } satisfies LibraryManifest)
  }
  return new Promise((resolve, reject) => {
    zip(files, { level: 1 }, (error, data) => (error === null ? resolve(data) : reject(error)))
  })
}
