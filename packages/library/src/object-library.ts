import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { MESH_EXTENSIONS } from '@sextant/mesh'
import { assertName, confinePath } from './confine-path.ts'
import { isTemplateSetComplete, readTemplateManifest } from './template-store.ts'

/** One CAD file of the library. */
export interface LibraryObject {
  readonly className: string
  readonly name: string
  /** absolute path of the CAD file */
  readonly cadPath: string
  readonly cadFile: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** absolute path where its templates are or will be */
  readonly templateDirectory: string
}

/** The static folder: `meshes/<class>/<object>.{ply,obj,stl}`, `templates/<class>/<object>/`, `output/`. */
export interface ObjectLibrary {
  /** absolute path of the static root */
  readonly root: string
  listClasses(): Promise<string[]>
  /** @throws {PlatformError} class.not_found */
  listObjects(className: string): Promise<LibraryObject[]>
  /** @throws {PlatformError} class.not_found, object.not_found, request.path_forbidden */
  findObject(className: string, objectName: string): Promise<LibraryObject>
  /** sha-256 of the CAD file; cached by path, size and modification time */
  digestOf(cadPath: string): Promise<string>
  hasTemplates(object: LibraryObject): Promise<boolean>
  /** @throws {PlatformError} request.path_forbidden */
  confine(path: string): string
}

const BACKUP = /_backup$|\.bak$|~$/

/** Opens the library; folders that do not exist yet count as empty. @param staticRoot  absolute or relative to cwd */
export function openLibrary(staticRoot: string): ObjectLibrary {
  const root = resolve(staticRoot)
  const meshRoot = join(root, 'meshes')
  const digests = new Map<string, { readonly stamp: string; readonly sha256: string }>()

  const library: ObjectLibrary = {
    root,
    confine: (path) => confinePath(root, path),

    async listClasses() {
      const entries = await readdir(meshRoot, { withFileTypes: true }).catch(() => [])
      const names = entries.filter((e) => e.isDirectory() && !e.name.startsWith('.')).map((e) => e.name)
      const filled: string[] = []
      for (const name of names.sort()) if ((await stemsOf(join(meshRoot, name))).size > 0) filled.push(name)
      return filled
    },

    async listObjects(className) {
      assertName(className, 'class_name')
      const stems = await stemsOf(join(meshRoot, className))
      if (stems.size === 0) throw new PlatformError('class.not_found', { detail: `Class not found: ${className}` })
      return Promise.all([...stems].map(([name, cadFile]) => describe(className, name, cadFile)))
    },

    async findObject(className, objectName) {
      assertName(className, 'class_name')
      assertName(objectName, 'object_name')
      const cadFile = (await stemsOf(join(meshRoot, className))).get(objectName)
      if (cadFile === undefined) {
        throw new PlatformError('object.not_found', { detail: `Object not found: ${className}/${objectName}` })
      }
      return describe(className, objectName, cadFile)
    },

    async digestOf(cadPath) {
      const { mtimeMs, size } = await stat(cadPath)
      const stamp = `${mtimeMs}:${size}`
      const known = digests.get(cadPath)
      if (known?.stamp === stamp) return known.sha256
      const sha256 = createHash('sha256')
        .update(await readFile(cadPath))
        .digest('hex')
      digests.set(cadPath, { stamp, sha256 })
      return sha256
    },

    async hasTemplates(object) {
      const manifest = await readTemplateManifest(object.templateDirectory)
      if (manifest === null || manifest.cad.sha256 !== (await library.digestOf(object.cadPath))) return false
      return isTemplateSetComplete(object.templateDirectory)
    },
  }

  async function describe(className: string, name: string, cadFile: string): Promise<LibraryObject> {
    const cadPath = join(meshRoot, className, cadFile)
    const { size, mtimeMs } = await stat(cadPath)
    const templateDirectory = join(root, 'templates', className, name)
    return { className, name, cadPath, cadFile, sizeBytes: size, modifiedMs: mtimeMs, templateDirectory }
  }
  return library
}

/** CAD file of each stem, by the order of extensions, then by name; hidden files and backups are not objects. */
async function stemsOf(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const files = entries.filter((e) => e.isFile() && !e.name.startsWith('.')).map((e) => e.name)
  const stems = new Map<string, string>()
  for (const extension of MESH_EXTENSIONS) {
    for (const file of files.sort()) {
      const stem = file.slice(0, -extname(file).length)
      if (extname(file).toLowerCase() === extension && !BACKUP.test(stem) && !stems.has(stem)) stems.set(stem, file)
    }
  }
  return stems
}

/** Creates the folders of a static root. */
export async function createStaticRoot(root: string): Promise<void> {
  for (const folder of ['meshes', 'templates', 'output']) await mkdir(join(root, folder), { recursive: true })
}

/**
 * Objects of a list of `class` and `class/object`, in its order; what does not exist is skipped.
 * @param limit  most objects
 */
export async function objectsListed(
  library: ObjectLibrary,
  list: readonly string[],
  limit: number,
): Promise<LibraryObject[]> {
  const found: LibraryObject[] = []
  for (const item of list) {
    const [className = '', name] = item.split('/')
    const objects = await (
      name === undefined
        ? library.listObjects(className)
        : library.findObject(className, name).then((object) => [object])
    ).catch(() => [])
    found.push(...objects)
  }
  return found.slice(0, limit)
}
