import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  LIBRARY_MANIFEST_NAME,
  libraryManifestSchema,
  PlatformError,
  type LibraryEntry,
  type LibraryManifest,
} from '@sextant/contracts'
import type { LengthUnit } from '@sextant/geometry'
import { isMissing, publishFile } from './durable-files.ts'

/**
 * What the class of this folder declares; nothing when there is no manifest.
 *
 * @param directory  absolute
 * @throws {PlatformError} library.manifest_invalid: sizes would be guessed otherwise
 */
export async function readLibraryManifest(directory: string): Promise<LibraryManifest> {
  let text: string
  try {
    text = await readFile(join(directory, LIBRARY_MANIFEST_NAME), 'utf8')
  } catch (error) {
    if (isMissing(error)) return {}
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new PlatformError('library.manifest_invalid', { detail: `${LIBRARY_MANIFEST_NAME} is not JSON`, cause })
  }
  const parsed = libraryManifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new PlatformError('library.manifest_invalid', {
    detail: `${LIBRARY_MANIFEST_NAME}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`,
    cause: parsed.error,
  })
}

/** Reads manifests again only when they have changed on disk. */
export function createManifestReader(): (directory: string) => Promise<LibraryManifest> {
  const known = new Map<string, { readonly stamp: string; readonly manifest: LibraryManifest }>()
  return async (directory) => {
    const info = await stat(join(directory, LIBRARY_MANIFEST_NAME)).catch(() => null)
    if (info === null) return {}
    const stamp = `${info.mtimeMs}:${info.size}:${info.ino}`
    const kept = known.get(directory)
    if (kept?.stamp === stamp) return kept.manifest
    const manifest = await readLibraryManifest(directory)
    known.set(directory, { stamp, manifest })
    return manifest
  }
}

/** Own entry of an object; never one of the prototype's. */
export function entryOf({ objects }: LibraryManifest, name: string): LibraryEntry {
  return objects !== undefined && Object.hasOwn(objects, name) ? (objects[name] ?? {}) : {}
}

/** The unit declared for an object, its own or the class's; null: none. */
export function declaredUnitOf(manifest: LibraryManifest, name: string): LengthUnit | null {
  return entryOf(manifest, name).unit ?? manifest.unit ?? null
}

/** Replaces the entry of one object; an empty one is left out, and so is a manifest that says nothing any more. */
export async function writeLibraryEntry(directory: string, name: string, entry: LibraryEntry): Promise<void> {
  const manifest = await readLibraryManifest(directory)
  const others = Object.entries(manifest.objects ?? {}).filter(([key]) => key !== name)
  const said = Object.entries(entry).filter(([, value]) => value !== undefined)
  if (said.length > 0) others.push([name, Object.fromEntries(said)])
  const { objects: _, ...rest } = manifest
  const next = others.length === 0 ? rest : { ...rest, objects: Object.fromEntries(others) }
  if (JSON.stringify(next) === JSON.stringify(manifest)) return
  const path = join(directory, LIBRARY_MANIFEST_NAME)
  if (Object.keys(next).length === 0) await rm(path, { force: true })
  else await publishFile(path, Buffer.from(`${JSON.stringify(next, null, 2)}\n`))
}
