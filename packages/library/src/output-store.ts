import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Relative path (one level of folders at most) to content. */
export type OutputFiles = Readonly<Record<string, Uint8Array | string>>

/** Lower case; anything but letters, digits, hyphen and underscore becomes a hyphen; trimmed; empty -> fallback. */
export function normalizeTag(tag: string | null | undefined, fallback: string): string {
  const normal = (tag ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64)
  return normal === '' ? fallback : normal
}

/** `YYYYMMDD_HHMMSS_<tag>` in local time. */
export function outputFolderName(now: Date, tag: string): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`
  return `${date}_${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}_${tag}`
}

/**
 * Writes a new output folder in one step: everything is written beside it and renamed. A name that exists gets a
 * suffix, so two requests of one second never share a folder.
 *
 * @returns absolute path of the folder
 */
export async function publishOutput(directory: string, files: OutputFiles): Promise<string> {
  await mkdir(dirname(directory), { recursive: true })
  const staging = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`))
  try {
    await writeAll(staging, files)
    for (let attempt = 0; ; attempt++) {
      const target = attempt === 0 ? directory : `${directory}-${randomBytes(3).toString('hex')}`
      try {
        // A plain rename would replace an empty folder; claiming the name first keeps it exclusive.
        await mkdir(target)
        await rename(staging, target)
        return target
      } catch (error) {
        if (!isTaken(error) || attempt > 8) throw error
      }
    }
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    throw error
  }
}

/** Writes files into a folder the client named; each appears complete or not at all. */
export async function writeIntoFolder(directory: string, files: OutputFiles): Promise<void> {
  await mkdir(directory, { recursive: true })
  const staging = await mkdtemp(join(directory, '.staging-'))
  try {
    await writeAll(staging, files)
    for (const name of Object.keys(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await rename(join(staging, name), join(directory, name))
    }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function writeAll(directory: string, files: OutputFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), content)
  }
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EEXIST' || code === 'ENOTEMPTY'
}
