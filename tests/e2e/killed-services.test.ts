// ISM, PEM and Render are killed in the middle of a request and started again: the request ends with an answer or a clear
// error, the next one works, nothing is left half-written. Real processes, as built.
import { freePort } from '@sextant/testkit'
import type { ChildProcess } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { killHard, spawnServer, until, untilUp } from './server-process.ts'

type Name = 'ism' | 'pem' | 'render' | 'main'
/** Longest wait for a server or for a stage to begin, ms. */
const PATIENCE_MS = 15_000
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url))

let root: string
let frame: Record<string, unknown>
const urls = {} as Record<Name, string>
const children = new Map<Name, ChildProcess>()

async function start(name: Name): Promise<void> {
  children.set(name, spawnServer(name, urls, { SEXTANT_STATIC_DIR: root, LOG_LEVEL: 'SILENT' }))
  await untilUp(name, urls, PATIENCE_MS)
}

async function killAndRestart(name: Name): Promise<void> {
  const child = children.get(name)
  if (child !== undefined) await killHard(child)
  await start(name)
}

async function pose(object: string) {
  const response = await fetch(`${urls.main}/api/v1/workflow/full-pipeline`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ class_name: 'example', object_name: object, ...frame }),
  })
  return { status: response.status, answer: JSON.parse(await response.text()) }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-killed-'))
  await mkdir(join(root, 'meshes/example'), { recursive: true })
  for (const name of ['box', 'mug', 'bracket']) {
    await copyFile(join(EXAMPLES, 'meshes/example', `${name}.ply`), join(root, 'meshes/example', `${name}.ply`))
  }
  frame = {
    rgb_image: (await readFile(join(EXAMPLES, 'scene/rgb.png'))).toString('base64'),
    depth_image: (await readFile(join(EXAMPLES, 'scene/depth.png'))).toString('base64'),
    cam_params: JSON.parse(await readFile(join(EXAMPLES, 'scene/camera.json'), 'utf8')),
  }
  for (const name of ['render', 'ism', 'pem', 'main'] as const) urls[name] = `http://127.0.0.1:${await freePort()}`
  await Promise.all((['render', 'ism', 'pem', 'main'] as const).map(start))
})
afterAll(async () => {
  for (const child of children.values()) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

const isBusy: Record<'ism' | 'pem' | 'render', () => Promise<boolean>> = {
  ism: async () => (await running('ism')) > 0,
  pem: async () => (await running('pem')) > 0,
  render: async () => {
    const status = (await fetch(`${urls.render}/api/v1/status`).then((answer) => answer.json())) as {
      jobs_running: number
    }
    return status.jobs_running > 0
  },
}
async function running(name: 'ism' | 'pem'): Promise<number> {
  const status = await fetch(`${urls[name]}/api/v2/status`).then((answer) => answer.json())
  return (status as { queue: { running: number } }).queue.running
}

it.each([
  ['render', 'bracket'],
  ['ism', 'mug'],
  ['pem', 'box'],
] as const)(
  '%s, killed while it works on the %s',
  async (victim, object) => {
    const request = pose(object)
    await until(isBusy[victim], PATIENCE_MS)
    const [{ status, answer }] = await Promise.all([request, killAndRestart(victim)])
    expect(status).toBe(200)
    if (answer.success !== true) {
      expect(answer.results.code).toMatch(/^upstream\.|^request\.cancelled$/)
      expect(answer.results.error.length).toBeGreaterThan(15)
      expect(['templates', 'segmentation', 'pose', victim]).toContain(answer.results.stage)
    }
    const next = await pose(object)
    expect(next.answer).toMatchObject({ success: true, message: 'Pipeline execution completed' })
    // Every output folder is whole, and none is unfinished.
    const folders = await readdir(join(root, 'output'))
    expect(folders.filter((name) => name.startsWith('.'))).toEqual([])
    for (const name of folders) await readFile(join(root, 'output', name, 'pipeline_metadata.json'))
    const templates = await fetch(`${urls.main}/api/v1/objects/example/${object}`).then((reply) => reply.json())
    expect(templates).toMatchObject({
      status: 'ready',
      template_files: { rgb_count: 42, mask_count: 42, xyz_count: 42 },
    })
  },
  60_000,
)
