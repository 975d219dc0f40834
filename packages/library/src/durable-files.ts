import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Writes a new file and forces it to disk. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Writes beside, forces to disk, renames into place: readers see the old file or the new one, whole. */
export async function publishFile(path: string, bytes: Uint8Array): Promise<void> {
  const staging = join(dirname(path), `.${basename(path)}.new-${randomBytes(6).toString('hex')}`)
  try {
    await writeDurably(staging, bytes)
    await rename(staging, path)
  } catch (error) {
    await rm(staging, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Forces a folder's names to disk; where folders cannot be opened (Windows), the system does it in its own time. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
