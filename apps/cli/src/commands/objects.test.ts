import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodePly, scaleMesh } from '@sextant/mesh'
import { createBoxMesh } from '@sextant/testkit'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addObjectsCommand } from './objects.ts'

const box = createBoxMesh([0, 0, 0], [100, 60, 30])
let root: string
let lines: string[]
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-cli-objects-'))
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true })
})

async function objects(...words: string[]): Promise<string> {
  lines = []
  const program = new Command()
  addObjectsCommand(program)
  await program.parseAsync(['objects', '--static', join(root, 'static'), ...words], { from: 'user' })
  return lines.join('\n')
}

it('adds, lists, inspects and removes', async () => {
  const file = join(root, 'brick.ply')
  await writeFile(file, encodePly(scaleMesh(box, 0.001)))
  await expect(objects('add', file, 'toys')).rejects.toMatchObject({ code: 'mesh.unit_ambiguous' })
  expect(await readdir(join(root, 'static/meshes'))).toEqual([])
  expect(await objects('add', file, 'toys', '--unit', 'm')).toContain('toys/brick: 100.0 x 60.00 x 30.00 mm')
  await expect(objects('add', file, 'toys', '--unit', 'm')).rejects.toMatchObject({ code: 'object.exists' })
  await objects('add', file, 'toys/brick', '--unit', 'm', '--replace')
  expect(await objects('list')).toMatch(/^toys\/brick +brick.ply, no templates, m$/)

  const report = await objects('inspect', 'toys/brick')
  expect(report).toContain('120.4 mm across; 12 faces, watertight, vertex colours')
  expect(report).toContain('unit: m (certain): library.json says m')
  expect(report).toContain('symmetries: 3 motions, 0 free axes')
  expect(report).toContain('with its colours: 3 motions, 0 free axes')
  expect(await objects('inspect')).toBe(report)
  expect(await objects('inspect', 'toys')).toBe(report)
  const json = JSON.parse(await objects('inspect', file, '--json')) as { unit: object }
  expect(json.unit).toMatchObject({ unit: null, verdict: 'ask', alternatives: [{ unit: 'm' }] })
  expect(await objects('inspect', file, '--unit', 'm')).toContain('unit: m (certain)')

  await objects('remove', 'toys/brick')
  expect(await objects('list')).toBe('')
  await expect(objects('remove', 'toys/brick')).rejects.toMatchObject({ code: 'object.not_found' })
})

it('takes names, never paths', async () => {
  const file = join(root, 'brick.ply')
  await writeFile(file, encodePly(box))
  await expect(objects('add', file, '..')).rejects.toMatchObject({ code: 'request.path_forbidden' })
  await expect(objects('add', file, 'a/.b')).rejects.toMatchObject({ code: 'request.path_forbidden' })
  await expect(objects('remove', '../a')).rejects.toMatchObject({ code: 'request.path_forbidden' })
  await expect(objects('remove', 'a')).rejects.toThrow('expected class/object')
})
