import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Removes files of a cache folder, the least recently used first.
 * @param limit  files kept
 */
export async function dropOldestFiles(directory: string, suffix: string, limit: number): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(suffix))
  if (names.length <= limit) return
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(directory, name), usedMs: (await stat(join(directory, name))).mtimeMs })),
  )
  files.sort((a, b) => a.usedMs - b.usedMs)
  await Promise.all(files.slice(0, names.length - limit).map(({ path }) => rm(path, { force: true })))
}
