import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { CAD_EXTENSIONS } from '@sextant/mesh'

/** A CAD file that was received whole, forced to disk, and belongs to no object yet. */
export interface StagedCad {
  /** absolute; keeps the extension */
  readonly path: string
  readonly extension: string
  /** Removes it; nothing happens when it was published. */
  discard(): Promise<void>
}

/** Hidden, so never a class; beside the classes, so that publishing is a rename. */
const STAGING_FOLDER = '.incoming'
/** No upload takes longer than this. */
const LEFTOVER_AGE_MS = 6 * 3_600_000

/**
 * Receives a CAD file beside the classes.
 *
 * @param root       absolute path of the static root
 * @param fileName   as the client names it; only its extension matters
 * @param limitBytes the rest is not read
 * @throws {PlatformError} mesh.format_unsupported, request.too_large
 */
export async function stageCad(
  root: string,
  fileName: string,
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<StagedCad> {
  const extension = extname(fileName).toLowerCase()
  if (!CAD_EXTENSIONS.some((known) => known === extension)) {
    throw new PlatformError('mesh.format_unsupported', {
      detail: `${fileName.slice(-80)}: formats are ${CAD_EXTENSIONS.join(', ')}`,
    })
  }
  const folder = join(root, 'meshes', STAGING_FOLDER)
  await mkdir(folder, { recursive: true })
  await removeLeftovers(folder)
  const path = join(folder, `${randomBytes(8).toString('hex')}${extension}`)
  const discard = async (): Promise<void> => {
    await rm(path, { force: true })
    await rmdir(folder).catch(() => undefined)
  }
  const handle = await open(path, 'wx')
  try {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.byteLength
      if (size > limitBytes) {
        throw new PlatformError('request.too_large', { detail: `the CAD file is larger than ${limitBytes} bytes` })
      }
      await handle.writeFile(chunk)
    }
    await handle.sync()
    await handle.close()
  } catch (error) {
    await handle.close().catch(() => undefined)
    await discard()
    throw error
  }
  return { path, extension, discard }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const info = await stat(join(folder, name)).catch(() => null)
    if (info !== null && Date.now() - info.mtimeMs > LEFTOVER_AGE_MS) await rm(join(folder, name), { force: true })
  }
}
