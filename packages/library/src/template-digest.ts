import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError, TEMPLATE_MANIFEST_NAME, templateFileNames } from '@sextant/contracts'
import { isMissing } from './durable-files.ts'
import { TEMPLATE_FILE } from './template-store.ts'

/** Views of a set without a manifest that are read besides the last. */
const FIRST_VIEWS = 3

/**
 * Tells template sets apart. The manifest of a set of ours names CAD, recipe and files: the same again after it was
 * rendered again. Of a set that another program made the first views and the last are read.
 *
 * @param directory  absolute path of the set
 * @throws {PlatformError} bundle.not_found
 */
export async function digestOfTemplateSet(directory: string): Promise<string> {
  const names = (await readdir(directory).catch(missingAsNone)).filter((name) => TEMPLATE_FILE.test(name)).sort()
  if (names.length === 0) {
    throw new PlatformError('bundle.not_found', { detail: 'The template folder is empty; render the templates.' })
  }
  const hash = createHash('sha256').update(names.join())
  for (const name of names.includes(TEMPLATE_MANIFEST_NAME) ? [TEMPLATE_MANIFEST_NAME] : telling(names)) {
    hash.update(await readFile(join(directory, name)))
  }
  return hash.digest('hex')
}

function telling(names: readonly string[]): string[] {
  const last = Math.max(...names.map((name) => Number(/\d+/.exec(name)?.[0] ?? 0)))
  const views = new Set([...Array(FIRST_VIEWS).keys(), last])
  const wanted = new Set([...views].flatMap((view) => Object.values(templateFileNames(view))))
  return names.filter((name) => wanted.has(name))
}

function missingAsNone(error: unknown): string[] {
  if (isMissing(error)) return []
  throw error
}
