import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { PlatformError, type ObjectListV2, type ObjectPatchV2, type ObjectReportV2 } from '@sextant/contracts'
import { MILLIMETERS_PER_UNIT } from '@sextant/geometry'
import {
  assertObjectName,
  assertSizeKnown,
  declarationFor,
  openBinaryCache,
  readTemplateManifest,
  stageCad,
  type LibraryObject,
  type ObjectEditor,
  type ObjectLibrary,
  type ObjectTarget,
  type StagedCad,
} from '@sextant/library'
import { assertPlausibleSize } from '@sextant/mesh'
import type { WorkerPool } from '@sextant/service-kit'
import { toObjectReport, toObjectSummary } from '../mapping/objects-v2.ts'
import type { ViewTask } from '../view-task.ts'
import type { CadInspection } from './inspect-cad.ts'

/** A picture, and a tag that changes with it. */
export interface TaggedPicture {
  readonly png: Uint8Array
  readonly tag: string
}

/** The library as an operator sees it. Class and object names are checked; @throws {PlatformError} object.not_found */
export interface ObjectAdmin {
  /** Reads no CAD: the verdict of an object that was not inspected yet is null. */
  list(): Promise<ObjectListV2>
  report(className: string, name: string): Promise<ObjectReportV2>
  /** Receives a CAD file. @throws {PlatformError} mesh.format_unsupported, request.too_large */
  stage(fileName: string, chunks: AsyncIterable<Uint8Array>): Promise<StagedCad>
  /** @throws {PlatformError} mesh.*, object.exists, request.path_forbidden; nothing is left behind */
  publish(staged: StagedCad, target: ObjectTarget): Promise<ObjectReportV2>
  change(className: string, name: string, patch: ObjectPatchV2): Promise<ObjectReportV2>
  remove(className: string, name: string): Promise<void>
  thumbnail(className: string, name: string, size: number): Promise<TaggedPicture>
  /** @throws {PlatformError} bundle.not_found */
  contactSheet(className: string, name: string): Promise<TaggedPicture>
}

export interface ObjectAdminOptions {
  readonly library: ObjectLibrary
  readonly editor: ObjectEditor
  readonly view: Pick<WorkerPool<ViewTask, Uint8Array>, 'run'>
  readonly limits: { readonly bytes: number; readonly faces: number }
}

/** Changes with anything that changes what an inspection or a picture shows. */
const INSPECTION_VERSION = '1'
const PICTURE_VERSION = '1'
const FILES_KEPT = 2000

export function createObjectAdmin({ library, editor, view, limits }: ObjectAdminOptions): ObjectAdmin {
  const cacheOf = <T>(folder: string, version: string): ReturnType<typeof openBinaryCache<T>> =>
    openBinaryCache<T>(join(library.root, 'cache', folder), { version, limit: FILES_KEPT })
  const inspections = cacheOf<CadInspection>('inspections', INSPECTION_VERSION)
  const pictures = cacheOf<Uint8Array>('pictures', PICTURE_VERSION)
  const known = new Map<string, CadInspection>()
  const pending = new Map<string, Promise<CadInspection>>()

  /** From memory or disk; null: not inspected yet. */
  const recall = async (digest: string): Promise<CadInspection | null> => {
    const kept = known.get(digest) ?? (await inspections.read(digest))
    if (kept !== null) remember(digest, kept)
    return kept
  }
  const remember = (digest: string, inspection: CadInspection): void => {
    if (known.size >= FILES_KEPT) known.clear()
    known.set(digest, inspection)
  }
  const runInspection = async (task: Omit<Extract<ViewTask, { kind: 'inspect' }>, 'kind'>): Promise<CadInspection> =>
    JSON.parse(new TextDecoder().decode(await view.run({ kind: 'inspect', ...task }))) as CadInspection

  const inspect = async ({ cadPath, cadFile: fileName }: LibraryObject, digest: string): Promise<CadInspection> => {
    const kept = await recall(digest)
    if (kept !== null) return kept
    let running = pending.get(digest)
    if (running === undefined) {
      const { unit } = await library.declarationOf({ cadPath })
      running = runInspection({ cadPath, fileName, unit, maxFaces: null }).finally(() => pending.delete(digest))
      pending.set(digest, running)
    }
    const inspection = await running
    remember(digest, inspection)
    await inspections.write(digest, inspection)
    return inspection
  }

  const reportOn = async (object: LibraryObject): Promise<ObjectReportV2> => {
    const digest = await library.digestOf(object.cadPath)
    const inspection = await inspect(object, digest)
    const facts = { digest, hasTemplates: await hasTemplates(object) }
    return toObjectReport(object, await library.declarationOf(object), inspection, facts)
  }
  /** A set that cannot be read is none. */
  const hasTemplates = (object: LibraryObject): Promise<boolean> => library.hasTemplates(object).catch(() => false)

  const picture = async (key: string, task: ViewTask): Promise<TaggedPicture> => {
    const tag = `"${key}"`
    const kept = await pictures.read(key)
    if (kept !== null) return { png: kept, tag }
    const png = await view.run(task)
    await pictures.write(key, png)
    return { png, tag }
  }

  return {
    async list() {
      const classes = await library.listClasses()
      const objects = (await Promise.all(classes.map((name) => library.listObjects(name)))).flat()
      const summaries = objects.map(async (object) => {
        const declaration = await library.declarationOf(object).catch(() => null)
        if (declaration === null) return toObjectSummary(object, NOTHING_DECLARED, null, false)
        const inspection = await recall(await library.digestOf(object.cadPath))
        return toObjectSummary(object, declaration, inspection, await hasTemplates(object))
      })
      return { objects: await Promise.all(summaries), classes }
    },

    report: async (className, name) => reportOn(await library.findObject(className, name)),

    stage: (fileName, chunks) => stageCad(library.root, fileName, chunks, limits.bytes),

    async publish(staged, target) {
      try {
        const { className, name, unit } = target
        assertObjectName(className, name)
        const declared = await declarationFor(library, className, unit)
        const inspection = await runInspection({
          cadPath: staged.path,
          fileName: `${name}${staged.extension}`,
          unit: declared?.unit ?? null,
          maxFaces: limits.faces,
        })
        assertSizeKnown(inspection, declared, `${name}${staged.extension}`)
        const object = await editor.publish(staged, target)
        const digest = await library.digestOf(object.cadPath)
        remember(digest, inspection)
        await inspections.write(digest, inspection)
        return await reportOn(object)
      } finally {
        await staged.discard()
      }
    },

    async change(className, name, patch) {
      const object = await library.findObject(className, name)
      if ((patch.unit ?? null) !== null) {
        const { extent } = await inspect(object, await library.digestOf(object.cadPath))
        assertPlausibleSize(extent * MILLIMETERS_PER_UNIT[patch.unit ?? 'mm'], object.cadFile)
      }
      return reportOn(await editor.change(className, name, patch))
    },

    remove: (className, name) => editor.remove(className, name),

    async thumbnail(className, name, size) {
      const { cadPath } = await library.findObject(className, name)
      return picture(`${await library.digestOf(cadPath)}-${size}`, { kind: 'thumbnail', cadPath, size })
    },

    async contactSheet(className, name) {
      const object = await library.findObject(className, name)
      const manifest = (await hasTemplates(object)) ? await readTemplateManifest(object.templateDirectory) : null
      if (manifest === null) {
        const detail = `${className}/${name} has no templates of its present CAD; render them`
        throw new PlatformError('bundle.not_found', { detail })
      }
      const key = createHash('sha256').update(JSON.stringify(manifest)).digest('hex')
      return picture(`sheet-${key}`, { kind: 'contact-sheet', directory: object.templateDirectory })
    },
  }
}

const NOTHING_DECLARED = { unit: null, symmetries: null, label: null }
