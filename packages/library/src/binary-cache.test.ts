import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openBinaryCache } from './binary-cache.ts'

interface Value {
  readonly points: Float32Array
  readonly name: string | null
}
const value: Value = { points: Float32Array.from([1, 2.5, -3]), name: null }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-cache-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})
const open = (version = '1', limit = 10) => openBinaryCache<Value>(join(folder, 'cache'), { version, limit })

describe('openBinaryCache', () => {
  it('gives back what was written, also after a restart', async () => {
    expect(await open().read('a')).toBeNull()
    await open().write('a', value)
    expect(await open().read('a')).toEqual(value)
    expect(await open().read('b')).toBeNull()
  })

  it('forgets other versions', async () => {
    await open('1').write('a', value)
    expect(await open('2').read('a')).toBeNull()
  })

  it('takes cut and foreign files as absent', async () => {
    await open().write('a', value)
    const [name = ''] = readdirSync(join(folder, 'cache'))
    truncateSync(join(folder, 'cache', name), 20)
    expect(await open().read('a')).toBeNull()
    writeFileSync(join(folder, 'cache', name), 'not ours')
    expect(await open().read('a')).toBeNull()
  })

  it('keeps the most recently used', async () => {
    const cache = open('1', 2)
    for (const key of ['a', 'b']) {
      await cache.write(key, value)
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    await cache.read('a')
    await cache.write('c', value)
    expect([await cache.read('a'), await cache.read('b'), await cache.read('c')].map((v) => v !== null)).toEqual([
      true,
      false,
      true,
    ])
  })

  it('does without a folder it may not write, and refuses keys that are paths', async () => {
    writeFileSync(join(folder, 'cache'), 'a file where the folder should be')
    await open().write('a', value)
    expect(await open().read('a')).toBeNull()
    await expect(open().read('../a')).rejects.toThrow(RangeError)
  })
})
