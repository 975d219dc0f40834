import { createHash } from 'node:crypto'
import { openBinaryCache, type BinaryCacheOptions } from './binary-cache.ts'
import { LruCache } from './lru-cache.ts'

/** Where a value came from. */
export type CacheOrigin = 'memory' | 'disk' | 'made'

export interface LayeredCacheOptions extends BinaryCacheOptions {
  /** values kept in memory; the least recently used go first */
  readonly valuesKept: number
}

/** Memory before a folder of files: for values that outlive the process. One caller at a time. */
export interface LayeredCache<T> {
  /** @throws whatever `make` throws; nothing is kept then */
  get(key: string, make: () => Promise<T>): Promise<{ readonly value: T; readonly origin: CacheOrigin }>
}

/** The key of a value that depends on all of `parts`. */
export function cacheKeyOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join(':')).digest('hex')
}

/** @param directory  of the files; made when needed */
export function openLayeredCache<T extends object>(directory: string, options: LayeredCacheOptions): LayeredCache<T> {
  const files = openBinaryCache<T>(directory, options)
  const values = new LruCache<string, T>(options.valuesKept)
  return {
    async get(key, make) {
      const known = values.get(key)
      if (known !== undefined) return { value: known, origin: 'memory' }
      const kept = await files.read(key)
      const value = kept ?? (await make())
      values.set(key, value)
      if (kept === null) await files.write(key, value)
      return { value, origin: kept === null ? 'made' : 'disk' }
    },
  }
}
