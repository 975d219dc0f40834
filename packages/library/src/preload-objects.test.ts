import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openLibrary } from './object-library.ts'
import { preloadObjects } from './preload-objects.ts'

it('loads what is listed in its order and up to the limit, and goes on after a failure', async () => {
  const root = await mkdtemp(join(tmpdir(), 'sextant-preload-'))
  try {
    for (const name of ['ycb/a', 'ycb/b', 'lm/c', 'lm/d']) {
      await mkdir(join(root, 'meshes', name, '..'), { recursive: true })
      await writeFile(join(root, 'meshes', `${name}.ply`), 'ply')
    }
    const loaded: string[] = []
    const said: string[] = []
    await preloadObjects(openLibrary(root), {
      list: ['lm/d', 'nothing', 'ycb'],
      limit: 2,
      load({ name }) {
        if (name === 'd') return Promise.reject(new Error('broken'))
        loaded.push(name)
        return Promise.resolve()
      },
      log: { info: (_, message) => said.push(message), warn: (_, message) => said.push(message) },
    })
    expect(loaded).toEqual(['a'])
    expect(said).toEqual(['not preloaded', 'preloaded'])
  } finally {
    await rm(root, { recursive: true })
  }
})
