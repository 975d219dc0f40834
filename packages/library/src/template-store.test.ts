import { templateFileNames, type TemplateFile, type TemplateRecipe } from '@sextant/contracts'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  isTemplateSetComplete,
  publishTemplateSet,
  readTemplateManifest,
  type TemplateSetDescription,
} from './template-store.ts'

const sha256 = 'ab'.repeat(32)
const recipe: TemplateRecipe = {
  viewCount: 3,
  imageSize: 8,
  focalLength: 10,
  colorize: false,
  baseColor: 0.05,
  antialias: true,
  engine: 'rasteriser',
  samples: 0,
}
const description: TemplateSetDescription = {
  formatVersion: 1,
  createdBy: 'sextant test',
  cad: { fileName: 'bolt.ply', sha256 },
  recipe,
  cameraDistanceMm: 400,
  diameterMm: 120,
  depthScale: 0.1,
}

function* filesOf(content: string, views = 3): Generator<TemplateFile> {
  for (let view = 0; view < views; view++) {
    for (const name of Object.values(templateFileNames(view))) {
      yield { name, bytes: Buffer.from(`${name} ${content}`) }
    }
  }
}

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'template-store-'))
  folder = join(root, 'templates', 'bolt')
})
afterEach(() => rm(root, { recursive: true }))

/** Nothing is left beside the set. */
const siblings = (): Promise<string[]> => readdir(join(root, 'templates'))

describe('publishTemplateSet', () => {
  it('writes all files and a manifest that lists them', async () => {
    const manifest = await publishTemplateSet(folder, filesOf('one'), description)
    expect(manifest.files).toHaveLength(12)
    expect(await readdir(folder)).toHaveLength(13)
    expect(await readTemplateManifest(folder)).toEqual(manifest)
    expect(manifest.files[0]).toEqual({ name: 'rgb_0.png', size: 13 })
    expect(await isTemplateSetComplete(folder)).toBe(true)
    expect(await siblings()).toEqual(['bolt'])
  })

  it('replaces an older set as a whole', async () => {
    // as the Python original leaves it: no manifest, no depth, possibly cut short
    await mkdir(folder, { recursive: true })
    for (const name of ['rgb_0.png', 'mask_0.png', 'xyz_0.npy', 'rgb_41.png', '.DS_Store']) {
      await writeFile(join(folder, name), 'old')
    }
    expect(await readTemplateManifest(folder)).toBeNull()
    await publishTemplateSet(folder, filesOf('one'), description)
    await publishTemplateSet(folder, filesOf('two'), description)
    expect(await readdir(folder)).toHaveLength(13)
    expect(await readFile(join(folder, 'xyz_2.npy'), 'utf8')).toBe('xyz_2.npy two')
    expect(await siblings()).toEqual(['bolt'])
  })

  it('keeps the older set when rendering fails half-way', async () => {
    await publishTemplateSet(folder, filesOf('one'), description)
    const failing = function* (): Generator<TemplateFile> {
      yield* filesOf('two', 1)
      throw new Error('the renderer stopped')
    }
    await expect(publishTemplateSet(folder, failing(), description)).rejects.toThrow('the renderer stopped')
    await expect(publishTemplateSet(folder, filesOf('two', 2), description)).rejects.toThrow(/rgb_2.png/)
    expect(await isTemplateSetComplete(folder)).toBe(true)
    expect(await readFile(join(folder, 'rgb_0.png'), 'utf8')).toBe('rgb_0.png one')
    expect(await siblings()).toEqual(['bolt'])
  })

  it('removes what a killed process left, not what a running one writes', async () => {
    await publishTemplateSet(folder, filesOf('one'), description)
    const [stale, young] = ['.bolt.new-0123456789ab', '.bolt.new-ba9876543210'].map((name) =>
      join(root, 'templates', name),
    )
    for (const leftovers of [stale, young]) await mkdir(leftovers ?? '')
    await utimes(stale ?? '', 1, 1)
    await publishTemplateSet(folder, filesOf('two'), description)
    expect(await siblings()).toEqual(['.bolt.new-ba9876543210', 'bolt'])
  })

  it('refuses to replace a folder that holds other things', async () => {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'notes.txt'), 'mine')
    await expect(publishTemplateSet(folder, filesOf('one'), description)).rejects.toMatchObject({
      code: 'request.path_forbidden',
    })
    expect(await readdir(folder)).toEqual(['notes.txt'])
  })

  it('lets two writers finish; the later set wins', async () => {
    await Promise.allSettled([
      publishTemplateSet(folder, filesOf('one'), description),
      publishTemplateSet(folder, filesOf('two'), description),
    ])
    expect(await isTemplateSetComplete(folder)).toBe(true)
    const contents = new Set<string>()
    for (const { name } of filesOf('')) contents.add((await readFile(join(folder, name), 'utf8')).split(' ')[1] ?? '')
    expect(contents.size).toBe(1)
  })
})

describe('isTemplateSetComplete', () => {
  it('asks for the same CAD file and recipe', async () => {
    await publishTemplateSet(folder, filesOf('one'), description)
    expect(await isTemplateSetComplete(folder, { cadSha256: sha256, recipe: { ...recipe } })).toBe(true)
    expect(await isTemplateSetComplete(folder, { cadSha256: sha256 })).toBe(true)
    expect(await isTemplateSetComplete(folder, { cadSha256: 'cd'.repeat(32), recipe })).toBe(false)
    expect(await isTemplateSetComplete(folder, { cadSha256: sha256, recipe: { ...recipe, colorize: true } })).toBe(
      false,
    )
  })

  it.each(['missing folder', 'empty folder', 'file lost', 'file cut', 'manifest cut', 'view left out'])(
    'is false: %s',
    async (damage) => {
      if (damage === 'empty folder') await mkdir(folder, { recursive: true })
      if (!damage.endsWith('folder')) {
        const manifest = await publishTemplateSet(folder, filesOf('one'), description)
        if (damage === 'file lost') await rm(join(folder, 'mask_1.png'))
        if (damage === 'file cut') await truncate(join(folder, 'xyz_1.npy'), 5)
        if (damage === 'manifest cut') await truncate(join(folder, 'manifest.json'), 100)
        if (damage === 'view left out') {
          const files = manifest.files.filter((file) => file.name !== 'rgb_2.png')
          await writeFile(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files }))
        }
      }
      expect(await isTemplateSetComplete(folder)).toBe(false)
    },
  )
})

describe('readTemplateManifest', () => {
  it('names a version it does not know, and a manifest it cannot read', async () => {
    const manifest = await publishTemplateSet(folder, filesOf('one'), description)
    const path = join(folder, 'manifest.json')
    await writeFile(path, JSON.stringify({ ...manifest, formatVersion: 7 }))
    await expect(readTemplateManifest(folder)).rejects.toMatchObject({
      code: 'bundle.version_unsupported',
      message: 'The template set has version 7.',
    })
    await writeFile(path, JSON.stringify({ ...manifest, files: [{ name: '../../etc/passwd', size: 1 }] }))
    await expect(readTemplateManifest(folder)).rejects.toMatchObject({ code: 'bundle.incomplete' })
  })
})
