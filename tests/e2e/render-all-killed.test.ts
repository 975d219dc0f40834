// One `render-templates-all` of Main while the Render server behind it is killed and started again, some objects not
// even queued: the request waits, every set is completed, none is rendered twice. Real processes, as built.
import { exampleProps } from '@sextant/evaluation'
import { isTemplateSetComplete } from '@sextant/library'
import { encodePly } from '@sextant/mesh'
import { freePort } from '@sextant/testkit'
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { killHard, spawnServer, until, untilUp, type ServerUrls } from './server-process.ts'

interface Job {
  readonly status: string
  readonly priority: string
  readonly attempts: number
  readonly object: { readonly objectName: string }
  readonly progress: { readonly done: number } | null
}
interface Answer {
  readonly success: boolean
  readonly message: string
  readonly results: { readonly successful: number; readonly results: readonly { readonly object_name: string }[] }
}

const PATIENCE_MS = 100_000
const OBJECTS = Array.from({ length: 8 }, (_, k) => `part_${k}`)

let root: string
let urls: Required<Pick<ServerUrls, 'main' | 'render'>>
const servers: { main?: ChildProcess; render?: ChildProcess } = {}
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-render-all-'))
  urls = { main: `http://127.0.0.1:${await freePort()}`, render: `http://127.0.0.1:${await freePort()}` }
  await mkdir(join(root, 'meshes/test'), { recursive: true })
  const { bracket } = exampleProps().meshes
  for (const [k, name] of OBJECTS.entries()) {
    const positions = bracket.positions.map((value) => value * (1 + k / 10))
    await writeFile(join(root, 'meshes/test', `${name}.ply`), encodePly({ ...bracket, positions }))
  }
  await Promise.all([start('render'), start('main')])
})
afterAll(async () => {
  for (const server of Object.values(servers)) server.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

async function start(name: 'main' | 'render'): Promise<void> {
  servers[name] = spawnServer(name, urls, {
    SEXTANT_STATIC_DIR: root,
    LOG_TO_FILE: 'false',
    LOG_LEVEL: 'SILENT',
    RENDER_WORKERS: '2',
    // Fewer places than objects: Main waits for room.
    RENDER_MAX_QUEUED_JOBS: '2',
  })
  await untilUp(name, urls, PATIENCE_MS)
}

const templatesOf = (name: string): string => join(root, 'templates/test', name)

/** When the sets that are there were published, Unix time, ms: one that is rendered again gets a new manifest. */
async function publishedSets(): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  for (const name of OBJECTS) {
    const manifest = await stat(join(templatesOf(name), 'manifest.json')).catch(() => null)
    if (manifest !== null) times.set(name, manifest.mtimeMs)
  }
  return times
}

async function jobs(): Promise<Job[]> {
  return ((await fetch(`${urls.render}/api/v2/jobs`).then((answer) => answer.json())) as { jobs: Job[] }).jobs
}

it('one request for all templates outlives a kill -9 of the Render server', { timeout: 180_000 }, async () => {
  const answer = fetch(`${urls.main}/api/v1/workflow/render-templates-all`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ class_name: 'test' }),
  }).then((response) => response.json() as Promise<Answer>)
  await until(async () => {
    const now = await jobs()
    const isBegun = now.some((job) => job.status === 'running' && (job.progress?.done ?? 0) > 0)
    return now.length < OBJECTS.length && now.some((job) => job.status === 'succeeded') && isBegun
  }, PATIENCE_MS)
  if (servers.render !== undefined) await killHard(servers.render)
  const before = await publishedSets()
  expect(before.size).toBeLessThan(OBJECTS.length)
  await start('render')

  const { success, message, results } = await answer
  expect(message).toBe(`Generated templates for ${OBJECTS.length}/${OBJECTS.length} objects`)
  expect(success).toBe(true)
  expect(results.results.map((item) => item.object_name)).toEqual(OBJECTS)
  for (const name of OBJECTS) expect(await isTemplateSetComplete(templatesOf(name)), name).toBe(true)
  const after = await publishedSets()
  for (const [name, time] of before) expect(after.get(name), name).toBe(time)
  const ended = await jobs()
  expect(ended.map((job) => job.priority)).toEqual(OBJECTS.map(() => 'background'))
  // Only what was interrupted was begun again: two at most.
  expect(ended.filter((job) => job.attempts === 1).length).toBeGreaterThanOrEqual(OBJECTS.length - 2)
  expect(ended.some((job) => job.attempts > 1)).toBe(true)
})
