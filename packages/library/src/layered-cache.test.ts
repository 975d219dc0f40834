import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLayeredCache } from './layered-cache.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-layered-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const open = () => openLayeredCache<{ points: Float32Array }>(folder, { version: '1', limit: 10, valuesKept: 1 })
const value = { points: Float32Array.from([1, 2]) }
const make = (): Promise<typeof value> => Promise.resolve(value)

it('makes a value once: then it comes from memory, pushed out from the disk, after a restart too', async () => {
  const cache = open()
  expect(await cache.get('a', make)).toEqual({ value, origin: 'made' })
  expect(await cache.get('a', make)).toEqual({ value, origin: 'memory' })
  expect((await cache.get('b', make)).origin).toBe('made')
  expect(await cache.get('a', make)).toEqual({ value, origin: 'disk' })
  expect(await open().get('b', make)).toEqual({ value, origin: 'disk' })
})

it('keeps nothing of what could not be made', async () => {
  const cache = open()
  await expect(cache.get('a', () => Promise.reject(new Error('no templates')))).rejects.toThrow('no templates')
  expect(readdirSync(folder)).toEqual([])
  expect((await cache.get('a', make)).origin).toBe('made')
})
