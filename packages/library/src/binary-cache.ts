import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { dropOldestFiles } from './drop-oldest-files.ts'

/** Values that are dear to compute and cheap to lose: plain objects of typed arrays, numbers and strings. */
export interface BinaryCache<T> {
  /** null: not there, unreadable, or written by another version */
  read(key: string): Promise<T | null>
  /** Never throws for a full or read-only disk: a cache may be absent. */
  write(key: string, value: T): Promise<void>
}

export interface BinaryCacheOptions {
  /** changes when the values change their meaning; older files are then ignored and dropped in time */
  readonly version: string
  /** files kept; the least recently used go first */
  readonly limit: number
}

const SUFFIX = '.bin'

/**
 * A folder of files written in one step, one a key. Half-written, foreign and outdated files read as absent.
 *
 * @param directory  made when needed
 */
export function openBinaryCache<T>(directory: string, { version, limit }: BinaryCacheOptions): BinaryCache<T> {
  const pathOf = (key: string): string => {
    if (!/^[0-9a-z-]+$/i.test(key)) throw new RangeError(`a cache key needs letters, digits and hyphens: ${key}`)
    return join(directory, `${key}-v${version}${SUFFIX}`)
  }
  return {
    async read(key) {
      const path = pathOf(key)
      try {
        const entry = deserialize(await readFile(path)) as { key: string; version: string; value: T }
        if (entry.key !== key || entry.version !== version) return null
        const now = new Date()
        await utimes(path, now, now).catch(() => undefined)
        return entry.value
      } catch {
        return null
      }
    },
    async write(key, value) {
      const path = pathOf(key)
      const staging = `${path}.${randomBytes(4).toString('hex')}`
      try {
        await mkdir(directory, { recursive: true })
        await writeFile(staging, serialize({ key, version, value }))
        await rename(staging, path)
        await dropOldestFiles(directory, SUFFIX, limit)
      } catch {
        await rm(staging, { force: true }).catch(() => undefined)
      }
    },
  }
}
