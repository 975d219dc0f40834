import {
  PlatformError,
  TEMPLATE_MANIFEST_NAME,
  templateFileNames,
  templateManifestSchema,
  type TemplateFile,
  type TemplateManifest,
  type TemplateRecipe,
} from '@sextant/contracts'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isMissing, syncFolder, writeDurably } from './durable-files.ts'

/** What is said about a set besides its files. */
export type TemplateSetDescription = Omit<TemplateManifest, 'files'>

/** What an intact set has to be made from to be reused. */
export interface TemplateSetRequirement {
  readonly cadSha256: string
  /** any recipe will do when absent */
  readonly recipe?: TemplateRecipe
}

/** Files of one view; older sets have no depth images, and no manifest. */
export const TEMPLATE_FILE = /^(rgb|mask|depth)_\d+\.png$|^xyz_\d+\.npy$|^manifest\.json$/

/** Files that are written and forced to disk at a time: two views. */
const WRITES_IN_FLIGHT = 8

/** No set takes longer than this to write. */
const LEFTOVER_AGE_MS = 6 * 3_600_000

/**
 * Publishes a template set as `directory`: writes everything into a folder beside it, forces it to disk, and renames it
 * into place. Readers see the old set, no set for an instant, or the new set; never a part. When `files` throws, the
 * old set stays.
 *
 * @param directory    absolute; made if missing; an older set in it is replaced as a whole
 * @param files        in any order; consumed one by one, so a set never has to be in memory
 * @returns the manifest as written
 * @throws {PlatformError} request.path_forbidden: the folder holds something else than a template set, which replacing
 *   it would delete; internal.invariant_broken: not four files per view
 */
export async function publishTemplateSet(
  directory: string,
  files: AsyncIterable<TemplateFile> | Iterable<TemplateFile>,
  description: TemplateSetDescription,
): Promise<TemplateManifest> {
  const target = resolve(directory)
  const parent = dirname(target)
  await mkdir(parent, { recursive: true })
  await assertReplaceable(target)
  await removeUnpublished(target, { olderThanMs: LEFTOVER_AGE_MS })
  const suffix = randomBytes(6).toString('hex')
  const fresh = join(parent, `.${basename(target)}.new-${suffix}`)
  const old = join(parent, `.${basename(target)}.old-${suffix}`)
  await mkdir(fresh)
  try {
    const written = await writeFiles(fresh, files)
    assertAllViews(new Set(written.map((file) => file.name)), description.recipe.viewCount)
    const manifest: TemplateManifest = { ...description, files: written }
    const text = `${JSON.stringify(manifest, null, 2)}\n`
    await writeDurably(join(fresh, TEMPLATE_MANIFEST_NAME), Buffer.from(text))
    await syncFolder(fresh)
    const replaces = await rename(target, old).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false
        throw error
      },
    )
    try {
      await rename(fresh, target)
    } catch (error) {
      if (replaces) await rename(old, target)
      throw error
    }
    await syncFolder(parent)
    return manifest
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(old, { recursive: true, force: true })
  }
}

/**
 * Writes files as they come and forces each to disk; the disk's waiting times overlap.
 *
 * @returns names and sizes, in the order of `files`, once all are on disk
 */
async function writeFiles(
  directory: string,
  files: AsyncIterable<TemplateFile> | Iterable<TemplateFile>,
): Promise<TemplateManifest['files']> {
  const written: TemplateManifest['files'] = []
  const writing: Promise<void>[] = []
  try {
    for await (const { bytes, name } of files) {
      if (writing.length === WRITES_IN_FLIGHT) await writing.shift()
      const write = writeDurably(join(directory, name), bytes)
      // Awaited below; until then a failure is nobody's.
      write.catch(() => undefined)
      writing.push(write)
      written.push({ name, size: bytes.byteLength })
    }
    await Promise.all(writing)
  } finally {
    // Left early: the folder is about to be removed.
    await Promise.allSettled(writing)
  }
  return written
}

/**
 * The manifest of a template set.
 *
 * @returns null when the folder is missing or has no manifest (a set of an older program)
 * @throws {PlatformError} bundle.version_unsupported; bundle.incomplete: the manifest cannot be read
 */
export async function readTemplateManifest(directory: string): Promise<TemplateManifest | null> {
  let text: string
  try {
    text = await readFile(join(directory, TEMPLATE_MANIFEST_NAME), 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new PlatformError('bundle.incomplete', { detail: 'The manifest of the template set is not JSON.', cause })
  }
  const parsed = templateManifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const version: unknown =
    typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion
  if (typeof version === 'number' && !templateManifestSchema.shape.formatVersion.safeParse(version).success) {
    throw new PlatformError('bundle.version_unsupported', { detail: `The template set has version ${version}.` })
  }
  throw new PlatformError('bundle.incomplete', {
    detail: 'The manifest of the template set lacks something.',
    cause: parsed.error,
  })
}

/**
 * Whether the folder holds a whole set: a readable manifest, every view's files, each with the size it was written
 * with; and, when `requirement` is given, made from that CAD file by that recipe. Anything else is to be rendered anew.
 */
export async function isTemplateSetComplete(directory: string, requirement?: TemplateSetRequirement): Promise<boolean> {
  let manifest: TemplateManifest | null
  try {
    manifest = await readTemplateManifest(directory)
  } catch (error) {
    if (error instanceof PlatformError) return false
    throw error
  }
  if (manifest === null) return false
  if (requirement !== undefined) {
    if (manifest.cad.sha256 !== requirement.cadSha256) return false
    if (requirement.recipe !== undefined && !isSameRecipe(manifest.recipe, requirement.recipe)) return false
  }
  const names = new Set(manifest.files.map((file) => file.name))
  if (missingFile(names, manifest.recipe.viewCount) !== undefined) return false
  const sizes = await Promise.all(
    manifest.files.map((file) =>
      stat(join(directory, file.name)).then(
        (found) => found.isFile() && found.size === file.size,
        () => false,
      ),
    ),
  )
  return sizes.every(Boolean)
}

function isSameRecipe(a: TemplateRecipe, b: TemplateRecipe): boolean {
  const keys = Object.keys(b) as (keyof TemplateRecipe)[]
  return keys.every((key) => a[key] === b[key])
}

/** The first file that a set of `viewCount` views should have and has not. */
function missingFile(names: ReadonlySet<string>, viewCount: number): string | undefined {
  for (let view = 0; view < viewCount; view++) {
    const missing = Object.values(templateFileNames(view)).find((name) => !names.has(name))
    if (missing !== undefined) return missing
  }
  return undefined
}

function assertAllViews(names: ReadonlySet<string>, viewCount: number): void {
  const missing = missingFile(names, viewCount)
  if (missing === undefined && names.size === 4 * viewCount) return
  const detail = missing === undefined ? `${names.size} files for ${viewCount} views` : `${missing} was not rendered`
  throw new PlatformError('internal.invariant_broken', { detail })
}

/** Refuses a folder that replacing would empty of foreign files. Hidden files (of the system's browser) do not count. */
async function assertReplaceable(target: string): Promise<void> {
  let names: string[]
  try {
    names = await readdir(target)
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  const foreign = names.find((name) => !name.startsWith('.') && !TEMPLATE_FILE.test(name))
  if (foreign !== undefined) {
    throw new PlatformError('request.path_forbidden', {
      detail: `The output folder holds '${foreign}', which is no template; choose a folder of its own.`,
    })
  }
}

/** Removes the templates of an object; files that are no templates stay. */
export async function removeTemplateSet(directory: string): Promise<void> {
  // Without its manifest a set is none, whatever else is still there.
  await rm(join(directory, TEMPLATE_MANIFEST_NAME), { force: true })
  const names = await readdir(directory).catch(() => [])
  for (const name of names) if (TEMPLATE_FILE.test(name)) await rm(join(directory, name), { force: true })
  await rmdir(directory).catch(() => undefined)
}

/**
 * Removes half-written folders that a killed process left beside a set. Publishing does so with those too old to be
 * another process's work; whoever knows that nobody else writes this set need not wait.
 */
export async function removeUnpublished(
  directory: string,
  { olderThanMs }: { readonly olderThanMs: number },
): Promise<void> {
  const target = resolve(directory)
  const parent = dirname(target)
  const prefix = `.${basename(target)}.`
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix) || !/^(new|old)-[0-9a-f]{12}$/.test(name.slice(prefix.length))) continue
    const path = join(parent, name)
    const info = await stat(path).catch(() => null)
    if (info !== null && Date.now() - info.mtimeMs >= olderThanMs) await rm(path, { recursive: true, force: true })
  }
}
