import { describe, expect, it } from 'vitest'
import { createArtifactCache } from './artifact-cache.ts'

const create = (maxEntries: number, maxBytes = 1000) =>
  createArtifactCache<string>({ maxEntries, maxBytes }, (value) => value.length)

const never = (): Promise<string> => Promise.reject(new Error('loaded again'))
const give = (value: string) => () => Promise.resolve(value)

describe('createArtifactCache', () => {
  it('loads once for fifty who ask at the same time', async () => {
    const cache = create(3)
    let loads = 0
    const load = async (): Promise<string> => {
      loads++
      await new Promise((resolve) => setTimeout(resolve, 5))
      return 'a'
    }
    const values = await Promise.all(Array.from({ length: 50 }, () => cache.get('k', load)))
    expect(new Set(values)).toEqual(new Set(['a']))
    expect(loads).toBe(1)
    expect(cache.stats()).toMatchObject({ hits: 49, misses: 1, hitRate: 0.98, entries: 1, bytes: 1 })
  })

  it('drops what was not used longest, by count and by bytes', async () => {
    const cache = create(2, 10)
    await cache.get('a', give('aaaa'))
    await cache.get('b', give('bbbb'))
    await cache.get('a', never)
    await cache.get('c', give('cc'))
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([true, false, true])
    await cache.get('d', give('dddddddd'))
    expect([cache.has('a'), cache.has('c'), cache.has('d')]).toEqual([false, true, true])
    await cache.get('huge', give('x'.repeat(11)))
    expect([cache.has('huge'), cache.has('d')]).toEqual([false, true])
    expect(cache.stats().bytes).toBe(10)
  })

  it('keeps no failure, and is resized while it runs', async () => {
    const cache = create(2)
    await expect(cache.get('a', never)).rejects.toThrow('loaded again')
    expect(await cache.get('a', give('a'))).toBe('a')
    await cache.get('b', give('b'))
    cache.resize({ maxEntries: 1 })
    expect([cache.has('a'), cache.has('b')]).toEqual([false, true])
    cache.clear()
    expect(cache.stats()).toMatchObject({ entries: 0, bytes: 0, maxEntries: 1 })
  })
})
