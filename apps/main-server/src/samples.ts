import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { PlatformError, type ObjectReferenceV2, type SampleV2 } from '@sextant/contracts'
import { readUploadedFrame, type ClientFrame } from '@sextant/image'
import { MESH_EXTENSIONS } from '@sextant/mesh'
import { SAMPLE_FOLDERS, type ObjectLibrary } from '@sextant/library'

/** Frames to try things with: the bundled example, and those an operator put where the original has its own. */
export interface Samples {
  list(): Promise<SampleV2[]>
  /** @throws {PlatformError} object.not_found, image.*, depth.*, camera.* */
  read(name: string): Promise<ClientFrame>
  /** the colour image as it is kept, PNG. @throws {PlatformError} object.not_found */
  readColor(name: string): Promise<Uint8Array>
  /** Copies the CAD the sample comes with into the library, where it is missing. @throws {PlatformError} object.not_found */
  install(name: string): Promise<SampleV2>
}

const BUNDLED = 'example'

/** @param examples  absolute path of the bundled examples: `scene/`, `meshes/<class>/` */
export function openSamples(examples: string, library: ObjectLibrary): Samples {
  const folderOf = (name: string): string => {
    if (name === BUNDLED) return join(examples, 'scene')
    const known = SAMPLE_FOLDERS.find((folder) => folder === name)
    if (known === undefined) {
      throw new PlatformError('object.not_found', { detail: `no sample ${JSON.stringify(name)}; see /api/v2/samples` })
    }
    return library.confine(known)
  }
  const isThere = async (name: string): Promise<boolean> => {
    const files: string[] = await readdir(folderOf(name)).catch(() => [])
    return ['rgb.png', 'depth.png', 'camera.json'].every((file) => files.includes(file))
  }
  /** CAD files that come with the bundled example, by object. */
  const bundledCad = async (): Promise<(ObjectReferenceV2 & { path: string })[]> => {
    const root = join(examples, 'meshes')
    const found: (ObjectReferenceV2 & { path: string })[] = []
    for (const className of await readdir(root).catch(() => [])) {
      const files: string[] = await readdir(join(root, className)).catch(() => [])
      for (const file of files.sort()) {
        if (!(MESH_EXTENSIONS as readonly string[]).includes(extname(file))) continue
        found.push({ className, objectName: file.slice(0, -extname(file).length), path: join(root, className, file) })
      }
    }
    return found
  }
  const describe = async (name: string): Promise<SampleV2> => {
    const objects = name === BUNDLED ? await bundledCad() : []
    const missing: ObjectReferenceV2[] = []
    for (const { className, objectName } of objects) {
      const isKnown = await library.findObject(className, objectName).then(
        () => true,
        () => false,
      )
      if (!isKnown) missing.push({ className, objectName })
    }
    return { name, objects: objects.map(({ className, objectName }) => ({ className, objectName })), missing }
  }

  return {
    async list() {
      const samples: SampleV2[] = []
      for (const name of [BUNDLED, ...SAMPLE_FOLDERS]) if (await isThere(name)) samples.push(await describe(name))
      return samples
    },
    async read(name) {
      const folder = folderOf(name)
      if (!(await isThere(name))) throw new PlatformError('object.not_found', { detail: `the sample ${name} is gone` })
      const [color, depth, camera] = await Promise.all([
        readFile(join(folder, 'rgb.png')),
        readFile(join(folder, 'depth.png')),
        readFile(join(folder, 'camera.json'), 'utf8'),
      ])
      const camParams: unknown = JSON.parse(camera.replace(/^\uFEFF/, ''))
      return readUploadedFrame({ color: new Uint8Array(color), depth: new Uint8Array(depth), camParams })
    },
    async readColor(name) {
      const folder = folderOf(name)
      if (!(await isThere(name))) throw new PlatformError('object.not_found', { detail: `the sample ${name} is gone` })
      return new Uint8Array(await readFile(join(folder, 'rgb.png')))
    },
    async install(name) {
      folderOf(name)
      const { missing } = await describe(name)
      for (const { className, objectName, path } of name === BUNDLED ? await bundledCad() : []) {
        if (!missing.some((item) => item.className === className && item.objectName === objectName)) continue
        const folder = join(library.root, 'meshes', className)
        await mkdir(folder, { recursive: true })
        const staging = join(folder, `.${objectName}.new`)
        await copyFile(path, staging)
        await rename(staging, join(folder, objectName + extname(path)))
      }
      return describe(name)
    },
  }
}
