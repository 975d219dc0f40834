/** What a cache did so far, and how full it is. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  /** hits over all requests; null before the first */
  readonly hitRate: number | null
  readonly entries: number
  readonly bytes: number
  readonly maxEntries: number
  readonly maxBytes: number
}

export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/** Things that are dear to load, by digest; the least recently used go first. */
export interface ArtifactCache<T> {
  /**
   * The kept value, or a loaded one. Whoever asks while it is being loaded waits for the same load.
   * @throws whatever `load` throws; a failed load is not kept
   */
  get(key: string, load: () => Promise<T>): Promise<T>
  /** Whether it would be a hit; counts nothing. */
  has(key: string): boolean
  resize(limits: Partial<CacheLimits>): void
  clear(): void
  stats(): CacheStats
}

interface Entry<T> {
  readonly value: T
  readonly bytes: number
}

/** @param sizeOf  bytes of a value */
export function createArtifactCache<T>(initial: CacheLimits, sizeOf: (value: T) => number): ArtifactCache<T> {
  const entries = new Map<string, Entry<T>>()
  const loading = new Map<string, Promise<T>>()
  let limits = initial
  let bytes = 0
  let hits = 0
  let misses = 0

  const drop = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0
    entries.delete(key)
  }
  const trim = (): void => {
    for (const key of entries.keys()) {
      if (entries.size <= limits.maxEntries && bytes <= limits.maxBytes) return
      drop(key)
    }
  }
  const keep = (key: string, value: T): void => {
    const entry = { value, bytes: sizeOf(value) }
    // Something larger than the whole cache would only push everything else out.
    if (entry.bytes > limits.maxBytes) return
    drop(key)
    entries.set(key, entry)
    bytes += entry.bytes
    trim()
  }
  return {
    async get(key, load) {
      const known = entries.get(key)
      if (known !== undefined) {
        hits++
        entries.delete(key)
        entries.set(key, known)
        return known.value
      }
      const pending = loading.get(key)
      if (pending !== undefined) {
        hits++
        return pending
      }
      misses++
      const started = load()
      loading.set(key, started)
      try {
        const value = await started
        keep(key, value)
        return value
      } finally {
        loading.delete(key)
      }
    },
    has: (key) => entries.has(key),
    resize(next) {
      limits = { ...limits, ...next }
      trim()
    },
    clear() {
      entries.clear()
      bytes = 0
    },
    stats() {
      const asked = hits + misses
      return { hits, misses, hitRate: asked === 0 ? null : hits / asked, entries: entries.size, bytes, ...limits }
    },
  }
}
