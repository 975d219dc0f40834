import { spawnSync } from 'node:child_process'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addSceneCommand } from './scene.ts'

const EXAMPLES = fileURLToPath(new URL('../../../../examples', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const BOX = [
  ...['scene', join(EXAMPLES, 'scene'), '--models', join(EXAMPLES, 'meshes/example')],
  ...['--objects', 'box', '--preset', 'fast', '--threads', '1'],
]

let root: string
let lines: string[]
let answer: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-cli-scene-'))
  answer = join(root, 'answer.json')
  lines = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(root, { recursive: true })
})

async function scene(...words: string[]): Promise<string> {
  lines = []
  const program = new Command()
  addSceneCommand(program)
  await program.parseAsync([...BOX, '--json', answer, ...words], { from: 'user' })
  return lines.join('\n')
}

it.each(['geometric', 'auto'])('finds the box with the engine %s, and writes the answer', async (engine) => {
  expect(await scene('--engine', engine)).toMatch(/^box +estimated +[\d.]+ s {2}[01][.]\d\d .* mm\n1 objects in /)
  const [box] = JSON.parse(await readFile(answer, 'utf8')) as { object: string; status: string; poses: object[] }[]
  expect([box?.object, box?.status, box?.poses.length]).toEqual(['box', 'estimated', 1])
})

it('refuses the engine it runs without by its code, and answers nothing', async () => {
  await expect(scene('--engine', 'sam6d')).rejects.toMatchObject({
    code: 'engine.unavailable',
    message: expect.stringContaining('ask a Main server'),
  })
  expect(lines).toEqual([])
  await expect(access(answer)).rejects.toMatchObject({ code: 'ENOENT' })
})

it('ends with code 1 and the coded refusal on standard error', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT, ...BOX, '--engine', 'sam6d'], {
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^engine[.]unavailable: In this process the geometric engine answers/)
})
