// The Render server is killed again and again while it works through a queue: in the middle of a set, just after one was
// published, and as soon as it is up. All sets are completed, none is half-written, none is rendered twice. A real
// process, as built, over its own files.
import { exampleProps } from '@sextant/evaluation'
import { isTemplateSetComplete, openLibrary } from '@sextant/library'
import { encodePly } from '@sextant/mesh'
import { freePort } from '@sextant/testkit'
import type { ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { killHard, spawnServer, until, untilUp } from './server-process.ts'

interface Job {
  readonly id: string
  readonly status: string
  readonly attempts: number
  readonly object: { readonly objectName: string }
  readonly progress: { readonly done: number } | null
  readonly result: { readonly skipped: boolean } | null
}
interface LogLine {
  readonly msg?: string
  readonly jobId?: string
  readonly outcome?: string
}

/** Longest wait for any step, ms. */
const PATIENCE_MS = 100_000
const OBJECTS = Array.from({ length: 8 }, (_, k) => `part_${k}`)

let root: string
let url: string
let child: ChildProcess
const ended: LogLine[] = []
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-jobs-'))
  url = `http://127.0.0.1:${await freePort()}`
  await mkdir(join(root, 'meshes/test'), { recursive: true })
  const { bracket, mug } = exampleProps().meshes
  for (const [k, name] of OBJECTS.entries()) {
    const mesh = k % 2 === 0 ? bracket : mug
    const positions = mesh.positions.map((value) => value * (1 + k / 10))
    await writeFile(join(root, 'meshes/test', `${name}.ply`), encodePly({ ...mesh, positions }))
  }
})
afterAll(async () => {
  child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

async function start(): Promise<void> {
  const env = { SEXTANT_STATIC_DIR: root, LOG_TO_FILE: 'false', LOG_LEVEL: 'INFO', RENDER_WORKERS: '2' }
  child = spawnServer('render', { render: url }, env, ['ignore', 'pipe', 'inherit'])
  createInterface({ input: child.stdout! }).on('line', (text) => {
    const line = (text.startsWith('{') ? JSON.parse(text) : {}) as LogLine
    if (line.msg === 'job ended') ended.push(line)
  })
  await untilUp('render', { render: url }, PATIENCE_MS)
}

const read = async <T>(path: string): Promise<T> => (await fetch(url + path).then((answer) => answer.json())) as T
const list = async (): Promise<Job[]> => (await read<{ jobs: Job[] }>('/api/v2/jobs')).jobs.reverse()
const cadPath = (name: string): string => join(root, 'meshes/test', `${name}.ply`)
const folder = (name: string): string => join(root, 'templates/test', name)

/** Times of the manifests that are there: a set that is rendered again gets a new one. */
async function published(): Promise<Record<string, number>> {
  const times: Record<string, number> = {}
  for (const name of OBJECTS) {
    const manifest = await stat(join(folder(name), 'manifest.json')).catch(() => null)
    if (manifest !== null) times[name] = manifest.mtimeMs
  }
  return times
}

async function enqueue(name: string): Promise<string> {
  const response = await fetch(`${url}/render/templates`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // force: sets that are there do not count, unless this job made them
    body: JSON.stringify({ cad_path: cadPath(name), output_dir: folder(name), force: true }),
  })
  return ((await response.json()) as { job_id: string }).job_id
}

it('a queue outlives kill -9', { timeout: 180_000 }, async () => {
  await start()
  const ids: string[] = []
  for (const name of OBJECTS) ids.push(await enqueue(name))
  expect(new Set(ids).size).toBe(OBJECTS.length)
  expect(await enqueue('part_7')).toBe(ids[7])

  const countOf = (jobs: Job[], status: string): number => jobs.filter((job) => job.status === status).length
  const isWorking = (jobs: Job[]): boolean =>
    jobs.some((job) => (job.progress?.done ?? 0) > 0 && job.status === 'running')
  // No job is hit three times: that one would be given up as what brings the server down (tested in packages/jobs).
  const mayKill = (jobs: Job[]): boolean => jobs.every((job) => job.status !== 'running' || job.attempts < 3)
  const moments: ((jobs: Job[]) => boolean)[] = [
    (jobs) => countOf(jobs, 'succeeded') >= 2 && isWorking(jobs), // in the middle of the third and the fourth
    () => true, // as soon as it answers
    (jobs) => countOf(jobs, 'succeeded') >= 4, // as soon as the fourth has ended
    (jobs) => countOf(jobs, 'succeeded') >= 5 && isWorking(jobs), // in the middle of the sixth and the seventh
  ]
  const first: Record<string, number> = {}
  for (const isMoment of moments) {
    await until(async () => {
      const jobs = await list()
      return isMoment(jobs) && mayKill(jobs)
    }, PATIENCE_MS)
    await killHard(child)
    const now = await published()
    // What was there is as it was; what is there is whole.
    expect(now).toMatchObject(first)
    for (const name of Object.keys(now)) expect(await isTemplateSetComplete(folder(name)), name).toBe(true)
    Object.assign(first, now)
    await start()
  }
  expect(Object.keys(first).length).toBeGreaterThanOrEqual(4)
  expect(Object.keys(first).length).toBeLessThan(OBJECTS.length)

  // Asking again joins what is left, under the ids of before.
  expect(await enqueue('part_7')).toBe(ids[7])
  await until(
    async () => (await list()).every((job) => job.status !== 'queued' && job.status !== 'running'),
    PATIENCE_MS,
  )
  expect((await list()).map((job) => job.status)).toEqual(OBJECTS.map(() => 'succeeded'))
  const jobs = await list()
  expect(jobs.map((job) => job.id)).toEqual(ids)
  for (const id of ids) {
    expect(await read(`/jobs/${id}`)).toMatchObject({ status: 'succeeded', success: true, templates_generated: 42 })
  }
  const library = openLibrary(root)
  for (const name of OBJECTS) {
    const cadSha256 = await library.digestOf(cadPath(name))
    expect(await isTemplateSetComplete(folder(name), { cadSha256 }), name).toBe(true)
  }
  expect((await readdir(join(root, 'templates/test'))).sort()).toEqual(OBJECTS)
  expect(await published()).toMatchObject(first)

  // Every job ended once. One that was killed between publishing and saying so finds its own set and skips it.
  await until(() => Promise.resolve(ids.every((id) => ended.some((line) => line.jobId === id))), PATIENCE_MS)
  for (const job of jobs) {
    const outcomes = ended.filter((line) => line.jobId === job.id).map((line) => line.outcome)
    expect(outcomes, job.object.objectName).toEqual([job.result?.skipped === true ? 'skipped' : 'succeeded'])
    if (job.result?.skipped === true) expect(first).toHaveProperty(job.object.objectName)
  }
  expect(jobs.some((job) => job.attempts > 1)).toBe(true)
  // The first two; whatever else a kill did not hit.
  expect(jobs.filter((job) => job.attempts === 1).length).toBeGreaterThanOrEqual(2)
})
