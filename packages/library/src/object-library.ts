import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { PlatformError, type ObjectSymmetries } from '@sextant/contracts'
import type { LengthUnit } from '@sextant/geometry'
import { CAD_EXTENSIONS } from '@sextant/mesh'
import { assertName, confinePath } from './confine-path.ts'
import { createManifestReader, declaredUnitOf, entryOf } from './library-manifest.ts'
import { objectNameOf, withUnit } from './object-mesh.ts'
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

/** What is declared about an object in the manifest of its class. */
export interface ObjectDeclaration {
  /** the object's own or the class's */
  readonly unit: LengthUnit | null
  readonly symmetries: ObjectSymmetries | null
  readonly label: string | null
}

/** The static folder: `meshes/<class>/<object>` with an extension of CAD_EXTENSIONS, `templates/<class>/<object>/`, `output/`. */
export interface ObjectLibrary {
  /** absolute path of the static root */
  readonly root: string
  listClasses(): Promise<string[]>
  /** @throws {PlatformError} class.not_found */
  listObjects(className: string): Promise<LibraryObject[]>
  /** @throws {PlatformError} class.not_found, object.not_found, request.path_forbidden */
  findObject(className: string, objectName: string): Promise<LibraryObject>
  /**
   * sha-256 of the CAD file and its declared unit, hex; cached by path, size and modification time
   * @throws {PlatformError} library.manifest_invalid
   */
  digestOf(cadPath: string): Promise<string>
  /** What the manifest of its class declares about an object. @throws {PlatformError} library.manifest_invalid */
  declarationOf(object: Pick<LibraryObject, 'cadPath'>): Promise<ObjectDeclaration>
  hasTemplates(object: LibraryObject): Promise<boolean>
  /** @throws {PlatformError} request.path_forbidden */
  confine(path: string): string
}

/** Stems that are never objects. */
export const BACKUP = /_backup$|\.bak$|~$/

/** Opens the library; folders that do not exist yet count as empty. @param staticRoot  absolute or relative to cwd */
export function openLibrary(staticRoot: string): ObjectLibrary {
  const root = resolve(staticRoot)
  const meshRoot = join(root, 'meshes')
  const digests = new Map<string, { readonly stamp: string; readonly sha256: string }>()
  const readManifest = createManifestReader()

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
      const unit = declaredUnitOf(await readManifest(dirname(cadPath)), objectNameOf(cadPath))
      return withUnit(await sha256Of(cadPath), basename(cadPath), unit)
    },

    async declarationOf({ cadPath }) {
      const manifest = await readManifest(dirname(cadPath))
      const name = objectNameOf(cadPath)
      const { symmetries = null, label = null } = entryOf(manifest, name)
      return { unit: declaredUnitOf(manifest, name), symmetries, label }
    },

    async hasTemplates(object) {
      const manifest = await readTemplateManifest(object.templateDirectory)
      if (manifest === null || manifest.cad.sha256 !== (await library.digestOf(object.cadPath))) return false
      return isTemplateSetComplete(object.templateDirectory)
    },
  }

  async function sha256Of(cadPath: string): Promise<string> {
    const { mtimeMs, size, ino } = await stat(cadPath)
    const stamp = `${mtimeMs}:${size}:${ino}`
    const known = digests.get(cadPath)
    if (known?.stamp === stamp) return known.sha256
    const sha256 = createHash('sha256')
      .update(await readFile(cadPath))
      .digest('hex')
    digests.set(cadPath, { stamp, sha256 })
    return sha256
  }

  async function describe(className: string, name: string, cadFile: string): Promise<LibraryObject> {
    const cadPath = join(meshRoot, className, cadFile)
    const { size, mtimeMs } = await stat(cadPath)
    const templateDirectory = join(root, 'templates', className, name)
    return { className, name, cadPath, cadFile, sizeBytes: size, modifiedMs: mtimeMs, templateDirectory }
  }
  return library
}

/** CAD file of each stem: the first one. */
async function stemsOf(directory: string): Promise<Map<string, string>> {
  const stems = new Map<string, string>()
  for (const file of await cadFilesIn(directory))
    if (!stems.has(objectNameOf(file))) stems.set(objectNameOf(file), file)
  return stems
}

/** Names of the CAD files of one object; the first one is read. */
export async function cadFilesOf(directory: string, name: string): Promise<string[]> {
  return (await cadFilesIn(directory)).filter((file) => objectNameOf(file) === name)
}

/** CAD files by the order of extensions, then by name; hidden files and backups are not objects. */
async function cadFilesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const files = entries.filter((e) => e.isFile() && !e.name.startsWith('.')).map((e) => e.name)
  const sorted = files.filter((file) => !BACKUP.test(objectNameOf(file))).sort()
  return CAD_EXTENSIONS.flatMap((extension) => sorted.filter((file) => extname(file).toLowerCase() === extension))
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
