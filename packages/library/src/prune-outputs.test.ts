import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pruneOutputs } from './prune-outputs.ts'

it('removes old runs and leftovers, and nothing that a client named', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sextant-output-'))
  const now = Date.UTC(2026, 10, 26)
  const age = async (name: string, days: number): Promise<void> => {
    await mkdir(join(directory, name, 'ism'), { recursive: true })
    const seconds = now / 1000 - days * 86_400
    await utimes(join(directory, name), seconds, seconds)
  }
  try {
    await age('20261001_120000_cell', 56)
    await age('.20261001_120000_cell-x1', 56)
    await age('20261125_120000_cell', 1)
    await age('mine', 99)
    expect(await pruneOutputs(directory, 0, now)).toBe(0)
    expect(await pruneOutputs(directory, 30, now)).toBe(2)
    expect((await readdir(directory)).sort()).toEqual(['20261125_120000_cell', 'mine'])
    expect(await pruneOutputs(join(directory, 'none'), 30, now)).toBe(0)
  } finally {
    await rm(directory, { recursive: true })
  }
})
