import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { PlatformError, type LibraryEntry, type ObjectSymmetries } from '@sextant/contracts'
import { MILLIMETERS_PER_UNIT, type LengthUnit } from '@sextant/geometry'
import { assertName } from './confine-path.ts'
import { syncFolder } from './durable-files.ts'
import { declaredUnitOf, entryOf, readLibraryManifest, writeLibraryEntry } from './library-manifest.ts'
import { BACKUP, cadFilesOf, type LibraryObject, type ObjectLibrary } from './object-library.ts'
import type { StagedCad } from './stage-cad.ts'
import { removeTemplateSet } from './template-store.ts'

/** What of an object may be changed; what is absent stays, null takes a declaration back. */
export interface ObjectChange {
  readonly className?: string | undefined
  readonly name?: string | undefined
  readonly unit?: LengthUnit | null | undefined
  readonly symmetries?: ObjectSymmetries | null | undefined
  readonly label?: string | null | undefined
}

export interface ObjectTarget {
  readonly className: string
  readonly name: string
  /** null: not declared; the class's holds, if any */
  readonly unit: LengthUnit | null
  /** take the place of an object of this name */
  readonly replace: boolean
}

/** Changes of the library, one at a time. A process that is killed leaves the old object or the new one. */
export interface ObjectEditor {
  /** @throws {PlatformError} object.exists, request.path_forbidden */
  publish(staged: StagedCad, target: ObjectTarget): Promise<LibraryObject>
  /** @throws {PlatformError} object.not_found, object.exists, request.path_forbidden */
  change(className: string, name: string, change: ObjectChange): Promise<LibraryObject>
  /** @throws {PlatformError} object.not_found */
  remove(className: string, name: string): Promise<void>
}

export function createObjectEditor(library: ObjectLibrary): ObjectEditor {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
  const folderOf = (className: string): string => join(library.root, 'meshes', className)
  return {
    publish: (staged, target) =>
      inTurn(async () => {
        assertObjectName(target.className, target.name)
        const folder = folderOf(target.className)
        await mkdir(folder, { recursive: true })
        await restoreHidden(folder)
        try {
          await publishInto(folder, staged, target)
        } finally {
          await rmdir(folder).catch(() => undefined)
        }
        const object = await library.findObject(target.className, target.name)
        if (!(await library.hasTemplates(object).catch(() => false))) await removeTemplateSet(object.templateDirectory)
        return object
      }),

    change: (className, name, change) =>
      inTurn(async () => {
        await restoreHidden(folderOf(className))
        let object = await library.findObject(className, name)
        const target = { className: change.className ?? className, name: change.name ?? name }
        if (target.className !== className || target.name !== name) {
          object = await move(library, object, target)
        }
        const folder = dirname(object.cadPath)
        const entry = entryOf(await readLibraryManifest(folder), target.name)
        await writeLibraryEntry(folder, target.name, {
          ...entry,
          ...('unit' in change ? { unit: change.unit ?? undefined } : {}),
          ...('symmetries' in change ? { symmetries: change.symmetries ?? undefined } : {}),
          ...('label' in change ? { label: change.label ?? undefined } : {}),
        })
        if (!(await library.hasTemplates(object).catch(() => false))) await removeTemplateSet(object.templateDirectory)
        return object
      }),

    remove: (className, name) =>
      inTurn(async () => {
        const { templateDirectory } = await library.findObject(className, name)
        const folder = folderOf(className)
        // The file that is read goes last: until then the object is there, whole.
        for (const file of (await cadFilesOf(folder, name)).reverse()) await rm(join(folder, file))
        await syncFolder(folder)
        await removeTemplateSet(templateDirectory)
        await writeLibraryEntry(folder, name, {})
        await rmdir(folder).catch(() => undefined)
      }),
  }
}

/** @throws {PlatformError} request.path_forbidden */
export function assertObjectName(className: string, name: string): void {
  assertName(className, 'class_name')
  assertName(name, 'object_name')
  if (BACKUP.test(name) || name !== name.trim() || className !== className.trim()) {
    throw new PlatformError('request.path_forbidden', { detail: `${name} is a name of backups, never of an object` })
  }
}

async function publishInto(folder: string, staged: StagedCad, target: ObjectTarget): Promise<void> {
  const { name, unit, replace } = target
  const files = await cadFilesOf(folder, name)
  if (files.length > 0 && !replace) {
    throw new PlatformError('object.exists', {
      detail: `${target.className}/${name} exists already; ask to replace it, or choose another name`,
    })
  }
  const manifest = await readLibraryManifest(folder)
  const { label } = entryOf(manifest, name)
  const entry: LibraryEntry = { ...(unit === null ? {} : { unit }), ...(label === undefined ? {} : { label }) }
  const oldUnit = declaredUnitOf(manifest, name)
  const hidden = files.length > 0 && oldUnit !== (unit ?? manifest.unit ?? null)
  // A file is never seen with the unit of another: it is hidden, under a name that says its unit, while both change.
  const suffix = `old-${oldUnit ?? 'none'}-${randomBytes(6).toString('hex')}`
  if (hidden) for (const file of files) await rename(join(folder, file), join(folder, `.${file}.${suffix}`))
  await writeLibraryEntry(folder, name, entry)
  const file = `${name}${staged.extension}`
  await rename(staged.path, join(folder, file))
  for (const old of files) {
    if (hidden) await rm(join(folder, `.${old}.${suffix}`))
    else if (old !== file) await rm(join(folder, old))
  }
  await syncFolder(folder)
  await staged.discard()
}

const HIDDEN = /^\.(.+)\.old-([a-z]+)-[0-9a-f]{12}$/

/** Puts back what a process hid that was killed while it replaced an object. */
async function restoreHidden(folder: string): Promise<void> {
  for (const hidden of await readdir(folder).catch(() => [])) {
    const [, file, unit = ''] = HIDDEN.exec(hidden) ?? []
    if (file === undefined) continue
    const name = file.slice(0, -extname(file).length)
    if ((await cadFilesOf(folder, name)).length > 0) await rm(join(folder, hidden))
    else {
      const { unit: _, ...rest } = entryOf(await readLibraryManifest(folder), name)
      await writeLibraryEntry(folder, name, isUnit(unit) ? { ...rest, unit } : rest)
      await rename(join(folder, hidden), join(folder, file))
    }
  }
}

const isUnit = (text: string): text is LengthUnit => Object.hasOwn(MILLIMETERS_PER_UNIT, text)

/** Moves an object with everything declared about it, and its templates, which stay valid. */
async function move(
  library: ObjectLibrary,
  object: LibraryObject,
  target: { readonly className: string; readonly name: string },
): Promise<LibraryObject> {
  assertObjectName(target.className, target.name)
  const from = dirname(object.cadPath)
  const to = join(library.root, 'meshes', target.className)
  await mkdir(to, { recursive: true })
  if ((await cadFilesOf(to, target.name)).length > 0) {
    throw new PlatformError('object.exists', { detail: `${target.className}/${target.name} exists already` })
  }
  const source = await readLibraryManifest(from)
  const classUnit = (await readLibraryManifest(to)).unit ?? null
  const unit = declaredUnitOf(source, object.name)
  const { unit: _, ...rest } = entryOf(source, object.name)
  // Undeclared means millimetres; in a class of another unit that has to be said.
  const said = unit === classUnit ? {} : { unit: unit ?? ('mm' as const) }
  await writeLibraryEntry(to, target.name, { ...rest, ...said })
  for (const file of (await cadFilesOf(from, object.name)).reverse()) {
    await rename(join(from, file), join(to, `${target.name}${extname(file)}`))
  }
  await syncFolder(to)
  await syncFolder(from)
  await writeLibraryEntry(from, object.name, {})
  await rmdir(from).catch(() => undefined)
  const moved = await library.findObject(target.className, target.name)
  await removeTemplateSet(moved.templateDirectory)
  await mkdir(dirname(moved.templateDirectory), { recursive: true })
  await rename(object.templateDirectory, moved.templateDirectory).catch(() => undefined)
  await rmdir(dirname(object.templateDirectory)).catch(() => undefined)
  return moved
}
