import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digestOfTemplateSet } from './template-digest.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-digest-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

it('changes with the manifest of a set of ours, and with nothing else', async () => {
  await write('rgb_0.png', 'a')
  await write('manifest.json', '{"recipe":1}')
  const first = await digestOfTemplateSet(folder)
  await write('rgb_0.png', 'b')
  await write('notes.txt', 'not a template')
  expect(await digestOfTemplateSet(folder)).toBe(first)
  await write('manifest.json', '{"recipe":2}')
  expect(await digestOfTemplateSet(folder)).not.toBe(first)
})

it('changes with the views of a set without a manifest, and with their number', async () => {
  for (let i = 0; i < 12; i++) await write(`rgb_${i}.png`, `view ${i}`)
  const digests = [await digestOfTemplateSet(folder)]
  for (const name of ['rgb_2.png', 'rgb_11.png', 'xyz_12.npy']) {
    await write(name, 'another')
    digests.push(await digestOfTemplateSet(folder))
  }
  expect(new Set(digests).size).toBe(4)
})

it('refuses a folder that is empty or not there', async () => {
  await expect(digestOfTemplateSet(folder)).rejects.toMatchObject({ code: 'bundle.not_found' })
  await expect(digestOfTemplateSet(join(folder, 'none'))).rejects.toMatchObject({ code: 'bundle.not_found' })
})
