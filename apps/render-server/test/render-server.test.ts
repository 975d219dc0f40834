import { blenderVersion } from '@sextant/blender'
import { PlatformError } from '@sextant/contracts'
import { isTemplateSetComplete, readTemplateManifest } from '@sextant/library'
import { encodePly } from '@sextant/mesh'
import type { ServiceApp } from '@sextant/service-kit'
import { TEMPLATE_RECIPE_DEFAULTS } from '@sextant/templates'
import { decode as decodePng } from 'fast-png'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { composeDeps, createRenderPool, type RenderPool } from '../src/compose.ts'
import { readConfig, type Config } from '../src/config.ts'
import { createRenderControl, isCancelRequested, storeProgress } from '../src/render-control.ts'
import { renderTemplateSet, type RenderOutcome, type RenderTask } from '../src/render-template-set.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const blender = await blenderVersion('blender').catch(() => null)
const workerIsBuilt = existsSync(new URL('../dist/workers/render.worker.js', import.meta.url))

/** A PLY tetrahedron about 100 units across. */
const tetrahedronIn = (unit: number): Uint8Array =>
  encodePly({
    positions: Float32Array.from([-40, -30, -20, 50, -30, -20, 0, 45, -20, 0, 0, 60], (v) => v * unit),
    faces: Uint32Array.from([0, 1, 2, 0, 1, 3, 1, 2, 3, 2, 0, 3]),
    colors: Uint8Array.from([200, 30, 30, 30, 200, 30, 30, 30, 200, 200, 200, 200]),
  })

/** A pool on this thread; the real one is a worker, with the same function inside. */
const inlinePool: RenderPool = {
  run: (task) => renderTemplateSet(task),
  queueLength: () => 0,
  running: () => 0,
  close: () => Promise.resolve(),
}

/** A pool whose tasks end when the test says so. */
function createManualPool() {
  const tasks: { task: RenderTask; resolve: (outcome: RenderOutcome) => void; reject: (error: Error) => void }[] = []
  const pool: RenderPool = {
    run: (task) =>
      new Promise((resolve, reject) => {
        tasks.push({ task, resolve, reject })
        const timer = setInterval(() => {
          if (!isCancelRequested(task.control)) return
          clearInterval(timer)
          reject(new PlatformError('request.cancelled', { detail: 'stopped' }))
        }, 1)
      }),
    queueLength: () => 0,
    running: () => 0,
    close: () => Promise.resolve(),
  }
  return { pool, tasks }
}

const rendered: RenderOutcome = { templateCount: 42, skipped: false, warnings: [] }

let root: string
let config: Config
let app: ServiceApp
const start = async (pool: RenderPool, changes: Partial<Config> = {}): Promise<void> => {
  app = await buildApp({ ...config, ...changes }, await composeDeps({ ...config, ...changes }, pool))
}
const post = (body: object, query = '') =>
  app.inject({ method: 'POST', url: `/render/templates${query}`, payload: body })
const paths = { cad_path: 'static/meshes/test/part.ply', output_dir: 'static/templates/test/part' }

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'render-server-'))
  config = readConfig({ SEXTANT_STATIC_DIR: root, LOG_LEVEL: 'silent', RENDER_WORKERS: '1' })
  await mkdir(join(root, 'meshes', 'test'), { recursive: true })
  await writeFile(join(root, 'meshes', 'test', 'part.ply'), tetrahedronIn(1))
})
afterEach(async () => {
  await app.close()
  await rm(root, { recursive: true })
})

describe('rendering', () => {
  const renderOnce = async (): Promise<void> => {
    const response = await post({ ...paths, cad_path: join(root, 'meshes/test/part.ply') }, '?wait=True')
    expect(response.statusCode).toBe(200)
    const job = response.json()
    expect(job).toMatchObject({
      status: 'succeeded',
      success: true,
      error_message: null,
      output_dir: paths.output_dir,
      templates_generated: 42,
      skipped: false,
      returncode: 0,
      pid: process.pid,
    })
    expect(job.job_id).toMatch(UUID)
    expect(job.processing_time).toBe(job.elapsed_sec)
    expect(job.elapsed_sec).toBeCloseTo(job.ended_at - job.started_at, 3)
    const folder = join(root, 'templates/test/part')
    expect(await isTemplateSetComplete(folder)).toBe(true)
    const names = await readdir(folder)
    expect(names.filter((name) => name.endsWith('.npy'))).toHaveLength(42)
    expect(names.filter((name) => /^(rgb|mask)_\d+\.png$/.test(name))).toHaveLength(84)
    const mask = decodePng(await readFile(join(folder, 'mask_41.png')))
    expect(mask).toMatchObject({ width: 512, height: 512, channels: 1, depth: 8 })
    expect(new Set(mask.data)).toEqual(new Set([0, 255]))
    expect(await readTemplateManifest(folder)).toMatchObject({
      cad: { fileName: 'part.ply' },
      diameterMm: expect.any(Number),
    })
    const stored = await app.inject(`/jobs/${job.job_id as string}`)
    expect(stored.json()).toEqual(job)
  }

  it('renders, publishes and answers; an intact set is skipped unless forced or the recipe changes', async () => {
    await start(inlinePool)
    await renderOnce()
    const again = await post(paths, '?wait=1')
    expect(again.json()).toMatchObject({ success: true, skipped: true, templates_generated: 42 })
    const forced = await post({ ...paths, force: true }, '?wait=true')
    expect(forced.json()).toMatchObject({ success: true, skipped: false })
    const dark = await post({ ...paths, colorize: true, base_color: 0.1 }, '?wait=true')
    expect(dark.json()).toMatchObject({ success: true, skipped: false })
  })

  it.skipIf(!workerIsBuilt)('does the same on a worker thread (needs npm run build)', async () => {
    await start(createRenderPool(config))
    await renderOnce()
  })

  it.skipIf(!workerIsBuilt)('a STEP assembly is rendered in its colours (needs npm run build)', async () => {
    const parts = join(dirname(createRequire(import.meta.url).resolve('occt-import-js')), '../test/testfiles')
    await copyFile(join(parts, 'cax-if/as1-oc-214.stp'), join(root, 'meshes/test/part.stp'))
    await start(createRenderPool(config))
    const response = await post({ ...paths, cad_path: 'static/meshes/test/part.stp' }, '?wait=true')
    expect(response.json()).toMatchObject({ success: true, templates_generated: 42, warnings: [] })
    expect(await readdir(join(root, 'cache/meshes'))).toHaveLength(1)
    const { data } = decodePng(await readFile(join(root, 'templates/test/part/rgb_5.png')))
    // Yellow-green plates, orange bolts, red nuts, a blue rod, green brackets: all strong colours.
    let strong = 0
    let painted = 0
    for (let i = 0; i < data.length; i += 3) {
      const [r = 0, g = 0, b = 0] = [data[i], data[i + 1], data[i + 2]]
      if (r + g + b === 0) continue
      painted++
      if (Math.max(r, g, b) - Math.min(r, g, b) > 60) strong++
    }
    expect(painted).toBeGreaterThan(5000)
    expect(strong / painted).toBeGreaterThan(0.8)
  })

  it('replaces an empty or half-written folder', async () => {
    await start(inlinePool)
    const folder = join(root, 'templates/test/part')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'rgb_0.png'), 'cut')
    const response = await post(paths, '?wait=true')
    expect(response.json()).toMatchObject({ success: true, skipped: false })
    expect(await isTemplateSetComplete(folder)).toBe(true)
  })

  it.each([
    ['a CAD file that is not there', 'missing.ply', null, 'CAD file not found: missing.ply'],
    ['a broken CAD file', 'broken.ply', 'ply\nformat ascii 1.0\n', expect.any(String)],
    ['a CAD file in another unit', 'metres.ply', tetrahedronIn(0.001), expect.stringContaining('millimetres')],
  ])('fails honestly and leaves no folder: %s', async (_, name, content, message) => {
    await start(inlinePool)
    if (content !== null) await writeFile(join(root, 'meshes/test', name), content)
    const response = await post({ ...paths, cad_path: `static/meshes/test/${name}` }, '?wait=true')
    expect(response.statusCode).toBe(200)
    expect(response.json()).toMatchObject({
      status: 'failed',
      success: false,
      message: 'Rendering failed.',
      error_message: message,
      templates_generated: 0,
      returncode: 1,
    })
    expect(existsSync(join(root, 'templates/test'))).toBe(false)
  })

  it('does not replace a folder that holds other things', async () => {
    await start(inlinePool)
    const response = await post({ ...paths, output_dir: 'static' }, '?wait=true')
    expect(response.json()).toMatchObject({
      success: false,
      error_message: expect.stringContaining('folder of its own'),
    })
    expect((await readdir(root)).sort()).toEqual(['jobs', 'meshes', 'output', 'templates'])
  })
})

describe('the engine', () => {
  const folder = (): string => join(root, 'templates/test/part')
  const isPosix = process.platform !== 'win32'

  it('is the request’s, else the configured one; the answer tells it, and sets of two engines are two sets', async () => {
    const { pool, tasks } = createManualPool()
    await start(pool, { engine: 'blender', cyclesSamples: 7, maxQueuedJobs: 8 })
    const byDefault = (await post(paths)).json()
    expect(byDefault).toMatchObject({ engine: 'blender', samples: 7 })
    expect((await post({ ...paths, engine: 'blender', samples: 7 })).json().job_id).toBe(byDefault.job_id)
    const ours = (await post({ ...paths, engine: 'rasteriser', samples: 9 })).json()
    expect(ours).toMatchObject({ engine: 'rasteriser', samples: 0 })
    const single = (await post({ ...paths, samples: 1 })).json()
    expect(new Set([byDefault, ours, single].map(({ job_id: id }) => id as string)).size).toBe(3)
    expect((await app.inject(`/api/v2/jobs/${single.job_id as string}`)).json()).toMatchObject({
      engine: 'blender',
      samples: 1,
    })
    expect(tasks[0]?.task.recipe).toMatchObject({ engine: 'blender', samples: 7, antialias: true })
    expect((await post({ ...paths, engine: 'povray' })).statusCode).toBe(422)
    expect((await post({ ...paths, samples: 0 })).statusCode).toBe(422)
  })

  it('leaves no set and says so when Blender is not there', async () => {
    await start(inlinePool, { engine: 'blender', blender: join(root, 'nowhere') })
    expect((await app.inject('/api/v2/status')).json()).toMatchObject({ engine: 'blender', modelLoaded: false })
    const job = (await post(paths, '?wait=true')).json()
    expect(job).toMatchObject({ success: false, error_code: 'renderer.missing', returncode: 1 })
    expect(job.error_message).not.toContain(root)
    expect(existsSync(folder())).toBe(false)
  })

  it.skipIf(!isPosix)('kills Blender when the job is cancelled', async () => {
    const pidFile = join(root, 'pid')
    const blender = join(root, 'blender')
    const body = `case "$1" in --version) echo Blender 9.9.9; exit;; esac; echo $$ > "${pidFile}"; exec sleep 600`
    await writeFile(blender, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    await start(inlinePool, { blender })
    const { job_id: id } = (await post({ ...paths, engine: 'blender' })).json()
    while (!existsSync(pidFile)) await new Promise((resolve) => setTimeout(resolve, 5))
    const pid = Number(await readFile(pidFile, 'utf8'))
    const cancelled = await app.inject({ method: 'DELETE', url: `/jobs/${id as string}` })
    expect(cancelled.json()).toMatchObject({ success: false, error_code: 'request.cancelled', returncode: -9 })
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(existsSync(folder())).toBe(false)
  })

  it.skipIf(!workerIsBuilt || blender === null)(
    'renders by Blender on a worker thread (needs npm run build, and the command blender)',
    async () => {
      await start(createRenderPool(config))
      const job = (await post({ ...paths, engine: 'blender', samples: 1 }, '?wait=true')).json()
      expect(job).toMatchObject({ success: true, templates_generated: 42, engine: 'blender', samples: 1 })
      expect(await readTemplateManifest(folder())).toMatchObject({
        createdBy: `sextant 0.1.0, ${blender ?? ''}`,
        recipe: { engine: 'blender', samples: 1, antialias: false },
      })
      const rgb = decodePng(await readFile(join(folder(), 'rgb_41.png')))
      expect(rgb).toMatchObject({ width: 512, height: 512, channels: 3, depth: 8 })
      // Another engine, another set: the intact one is not taken for it.
      const again = { ...paths, engine: 'blender', samples: 1 }
      expect((await post(again, '?wait=true')).json()).toMatchObject({ skipped: true })
      expect((await post({ ...paths, engine: 'rasteriser' }, '?wait=true')).json()).toMatchObject({ skipped: false })
    },
    120_000,
  )
})

describe('jobs', () => {
  it('answers at once, once per key, in order', async () => {
    const { pool, tasks } = createManualPool()
    await start(pool)
    const first = (await post(paths)).json()
    const same = (await post(paths)).json()
    const other = (await post({ ...paths, output_dir: 'static/templates/test/other' })).json()
    expect(first).toMatchObject({ status: 'queued', success: false, returncode: null })
    expect(first.job_id).toMatch(UUID)
    expect(same.job_id).toBe(first.job_id)
    expect(other.job_id).not.toBe(first.job_id)
    const status = (await app.inject('/api/v1/status')).json()
    expect(status).toMatchObject({ status: 'healthy', jobs_queued: 1, jobs_running: 1 })
    expect((await app.inject('/health')).json()).toEqual({ status: 'healthy', timestamp: expect.any(String) })
    tasks[0]?.resolve(rendered)
    while (tasks.length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    tasks[1]?.reject(new Error('thread lost'))
    const ended = await app.inject(`/jobs/${first.job_id as string}`)
    expect(ended.json()).toMatchObject({ status: 'succeeded', templates_generated: 42 })
    while ((await app.inject(`/jobs/${other.job_id as string}`)).json().status !== 'failed') await Promise.resolve()
  })

  it('gives up waiting after wait_timeout_sec; the job goes on and tells its progress', async () => {
    const { pool, tasks } = createManualPool()
    await start(pool)
    const response = await post(paths, '?wait=true&wait_timeout_sec=0.01')
    const job = response.json()
    expect(job).toMatchObject({ status: 'timeout', success: false })
    storeProgress(tasks[0]?.task.control ?? new SharedArrayBuffer(12), 7, 42)
    const url = `/jobs/${job.job_id as string}`
    while ((await app.inject(url)).json().templates_generated !== 7)
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await app.inject(url)).json()).toMatchObject({ status: 'running', templates_total: 42 })
    tasks[0]?.resolve(rendered)
    while ((await app.inject(url)).json().status !== 'succeeded') await Promise.resolve()
  })

  it('cancels a job', async () => {
    const { pool } = createManualPool()
    await start(pool)
    const { job_id: id } = (await post(paths)).json()
    const response = await app.inject({ method: 'DELETE', url: `/jobs/${id as string}` })
    expect(response.json()).toMatchObject({ status: 'failed', success: false, returncode: -9 })
    expect(response.json().message).toBe('Rendering was cancelled.')
  })

  it('stops a job at the time limit', async () => {
    const { pool } = createManualPool()
    await start(pool, { jobTimeLimitMs: 5 })
    expect((await post(paths, '?wait=true')).json()).toMatchObject({ status: 'failed', returncode: -9 })
  })

  it('renders as many sets at a time as it has workers', async () => {
    const { pool, tasks } = createManualPool()
    await start(pool, { workers: 2 })
    for (const name of ['a', 'b', 'c']) await post({ ...paths, output_dir: `static/templates/test/${name}` })
    while (tasks.length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    expect((await app.inject('/api/v2/jobs')).json()).toMatchObject({ queued: 1, running: 2 })
    tasks[1]?.resolve(rendered)
    while (tasks.length < 3) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(tasks[2]?.task.outputDirectory).toBe(join(root, 'templates/test/c'))
  })

  it('refuses more than may wait with 503', async () => {
    const { pool } = createManualPool()
    await start(pool, { maxQueuedJobs: 1 })
    const codes: number[] = []
    for (const name of ['a', 'b', 'c']) {
      codes.push((await post({ ...paths, output_dir: `static/templates/test/${name}` })).statusCode)
    }
    expect(codes).toEqual([200, 200, 503])
  })

  it('ends waiting requests when the service closes', async () => {
    const { pool, tasks } = createManualPool()
    await start(pool)
    const waiting = post(paths, '?wait=true')
    while (tasks.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await app.close()
    // The job is kept: the next process runs it.
    expect((await waiting).json()).toMatchObject({ status: 'timeout', success: false })
  })
})

describe.each(['memory', 'libsql'] as const)('jobs of the %s driver over v2', (jobDriver) => {
  const startManual = async () => {
    const manual = createManualPool()
    await start(manual.pool, { jobDriver })
    const until = async (isTrue: () => boolean) => {
      while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return { ...manual, until }
  }
  const output = (name: string) => ({ ...paths, output_dir: `static/templates/test/${name}` })

  it('lists them, runs interactive ones first, and cancels', async () => {
    const { tasks, until } = await startManual()
    const first = (await post(output('a'))).json()
    await post({ ...output('batch'), priority: 'background' })
    await post(output('b'))
    await post({ ...output('now'), priority: 'interactive' })
    const list = (await app.inject('/api/v2/jobs')).json()
    expect(list).toMatchObject({ queued: 3, running: 1 })
    expect(list.jobs.map((job: { object: object; status: string }) => [job.object, job.status])).toEqual([
      [{ className: 'test', objectName: 'now' }, 'queued'],
      [{ className: 'test', objectName: 'b' }, 'queued'],
      [{ className: 'test', objectName: 'batch' }, 'queued'],
      [{ className: 'test', objectName: 'a' }, 'running'],
    ])
    await until(() => tasks.length === 1)
    tasks[0]?.resolve(rendered)
    await until(() => tasks.length === 2)
    expect(tasks[1]?.task.outputDirectory).toBe(join(root, 'templates/test/now'))
    const [running] = (await app.inject('/api/v2/jobs?status=running')).json().jobs
    expect(running).toMatchObject({ priority: 'interactive', attempts: 1, force: false, result: null, error: null })
    expect(JSON.stringify(list)).not.toContain(root)

    const cancelled = await app.inject({ method: 'POST', url: `/api/v2/jobs/${running.id as string}/cancel` })
    expect(cancelled.json()).toMatchObject({
      id: running.id,
      status: 'cancelled',
      error: { code: 'request.cancelled', retryable: true },
    })
    await until(() => tasks.length === 3)
    expect(tasks[2]?.task.outputDirectory).toBe(join(root, 'templates/test/b'))
    const again = await app.inject({ method: 'POST', url: `/api/v2/jobs/${first.job_id as string}/cancel` })
    expect(again.json()).toMatchObject({ status: 'succeeded', result: rendered })
    const statuses = async (query: string) =>
      (await app.inject(`/api/v2/jobs?${query}`)).json().jobs.map((job: { status: string }) => job.status)
    expect(await statuses('status=active')).toEqual(['running', 'queued'])
    expect(await statuses('limit=1')).toEqual(['cancelled'])
    expect((await app.inject('/api/v2/jobs?status=lost')).statusCode).toBe(422)
  })

  it('follows one by events until it has ended', async () => {
    const { tasks, until } = await startManual()
    const { job_id: id } = (await post(paths)).json()
    await until(() => tasks.length === 1)
    const url = `/api/v2/jobs/${id as string}/events`
    const following = app.inject(url).then((response) => response)
    storeProgress(tasks[0]?.task.control ?? new SharedArrayBuffer(12), 7, 42)
    while ((await app.inject(`/api/v2/jobs/${id as string}`)).json().progress?.done !== 7)
      await new Promise((resolve) => setTimeout(resolve, 5))
    tasks[0]?.resolve(rendered)
    const { body, headers } = await following
    expect(headers['content-type']).toContain('text/event-stream')
    const events = [...body.matchAll(/^event: progress\ndata: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''))
    expect(events.map((job) => [job.id, job.status])).toEqual([
      [id, 'running'],
      [id, 'running'],
      [id, 'succeeded'],
    ])
    expect(events[1]).toMatchObject({ progress: { done: 7, total: 42 } })
    // afterwards there is one event
    const late = await app.inject(url)
    expect(late.body.match(/^event: /gm)).toHaveLength(1)
    expect(late.body).toContain('"succeeded"')
  })

  it('answers 404 for other ids', async () => {
    await startManual()
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['POST', '/cancel'],
    ] as const) {
      const response = await app.inject({ method, url: `/api/v2/jobs/unknown${path}` })
      expect([response.statusCode, response.json().code], path).toEqual([404, 'job.not_found'])
    }
  })

  it('joins requests of one CAD content and recipe, and none of an edited CAD file', async () => {
    const { tasks, until } = await startManual()
    const idOf = async (body: object): Promise<string> => (await post({ ...paths, ...body })).json().job_id
    await copyFile(join(root, 'meshes/test/part.ply'), join(root, 'meshes/test/copy.ply'))
    const first = await idOf({})
    await until(() => tasks.length === 1)
    expect(await idOf({})).toBe(first)
    expect(await idOf({ cad_path: 'static/meshes/test/copy.ply' })).toBe(first)
    expect(await idOf({ base_color: 0.3 })).toBe(first) // without colorize it has no effect
    const others = [
      await idOf({ colorize: true }),
      await idOf({ colorize: true, base_color: 0.3 }),
      await idOf({ force: true }),
      await idOf({ output_dir: 'static/templates/test/other' }),
    ]
    await writeFile(join(root, 'meshes', 'test', 'part.ply'), tetrahedronIn(2))
    expect(new Set([first, ...others, await idOf({})]).size).toBe(6)
  })
})

describe('jobs over restarts', () => {
  it('go on, and their answers stay', async () => {
    const before = createManualPool()
    await start(before.pool)
    const ended = (await post(paths)).json()
    while (before.tasks.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    before.tasks[0]?.resolve(rendered)
    const urlOf = (job: { job_id: string }) => `/jobs/${job.job_id}`
    while ((await app.inject(urlOf(ended))).json().status !== 'succeeded') await Promise.resolve()
    const answer = (await app.inject(urlOf(ended))).json()
    const running = (await post({ ...paths, output_dir: 'static/templates/test/running' })).json()
    const waiting = (await post({ ...paths, output_dir: 'static/templates/test/waiting' })).json()
    await app.close()

    await start(inlinePool)
    expect((await app.inject(urlOf(ended))).json()).toEqual(answer)
    expect(answer).toMatchObject({ status: 'succeeded', success: true, templates_generated: 42 })
    for (const job of [running, waiting]) {
      while ((await app.inject(urlOf(job))).json().status !== 'succeeded')
        await new Promise((resolve) => setTimeout(resolve, 5))
      const now = (await app.inject(urlOf(job))).json()
      expect(now).toMatchObject({ success: true, created_at: job.created_at, templates_total: 42 })
      expect(await isTemplateSetComplete(join(root, 'templates/test', job === running ? 'running' : 'waiting'))).toBe(
        true,
      )
    }
  })
})

describe('a job whose process died', () => {
  const folder = (): string => join(root, 'templates/test/part')
  const render = (changes: Partial<RenderTask>) =>
    renderTemplateSet({
      cadPath: join(root, 'meshes/test/part.ply'),
      outputDirectory: folder(),
      recipe: TEMPLATE_RECIPE_DEFAULTS,
      force: true,
      createdBy: 'test',
      blender: { executable: 'blender', threads: 1 },
      interruptedSinceMs: null,
      control: createRenderControl(),
      ...changes,
    })
  beforeEach(() => start(inlinePool))

  it('does not render again what it published, but does what it did not', async () => {
    const created = Date.now() - 1
    expect(await render({})).toMatchObject({ skipped: false })
    // It died after publishing.
    expect(await render({ interruptedSinceMs: created })).toMatchObject({ skipped: true })
    // It was asked for after the set had been published, and died before it published its own.
    expect(await render({ interruptedSinceMs: Date.now() + 1000 })).toMatchObject({ skipped: false })
    // It never ran.
    expect(await render({})).toMatchObject({ skipped: false })
  })

  it('removes what it left half-written', async () => {
    const unpublished = join(root, 'templates/test/.part.new-0123456789ab')
    await mkdir(unpublished, { recursive: true })
    await writeFile(join(unpublished, 'rgb_0.png'), 'cut')
    await render({ interruptedSinceMs: Date.now() })
    expect(await readdir(join(root, 'templates/test'))).toEqual(['part'])
  })
})

describe('the contract', () => {
  beforeEach(async () => {
    await start({ ...inlinePool, run: () => Promise.resolve(rendered) })
  })

  it('accepts container paths, host paths inside the root and relative paths', async () => {
    for (const prefix of ['/workspace/Estimation_Server/static', root, '../static', 'static']) {
      const body = { cad_path: `${prefix}/meshes/test/part.ply`, output_dir: `${prefix}/templates/test/part` }
      expect((await post(body, '?wait=true')).json(), prefix).toMatchObject({ success: true, cad_path: body.cad_path })
    }
  })

  it('refuses paths outside with 400 and without naming the root', async () => {
    for (const path of ['/etc', '../../etc', 'static/../../x', '/workspace/Estimation_Server/SAM-6D']) {
      for (const field of ['cad_path', 'output_dir']) {
        const response = await post({ ...paths, [field]: path })
        expect(response.statusCode, path).toBe(400)
        expect(response.json()).toEqual({ detail: expect.any(String) })
        expect(response.body).not.toContain(root)
      }
    }
  })

  it('answers 422 for what does not fit, ignores unknown fields', async () => {
    const missing = await post({ cad_path: 'static/meshes/test/part.ply' })
    expect(missing.statusCode).toBe(422)
    expect(missing.json().detail[0]).toMatchObject({ type: 'missing', loc: ['body', 'output_dir'] })
    expect((await post({ ...paths, base_color: 7 })).statusCode).toBe(422)
    expect((await post({ ...paths, frobnicate: 1 })).statusCode).toBe(200)
  })

  it('answers 404 for other jobs and paths, 405 for other methods', async () => {
    const job = await app.inject('/jobs/0b0f0000-0000-4000-8000-000000000000')
    expect([job.statusCode, job.json()]).toEqual([404, { detail: 'job not found' }])
    expect((await app.inject('/render')).json()).toEqual({ detail: 'Not Found' })
    expect((await app.inject('/render/templates')).statusCode).toBe(405)
  })

  it('keeps the README aliases', async () => {
    const payload = { ...paths, normalize: true, camera_poses_path: null }
    const response = await app.inject({ method: 'POST', url: '/api/v1/render-templates', payload })
    expect(response.json()).toMatchObject({
      success: true,
      total_poses: 42,
      rendered_count: 42,
      output_dir: paths.output_dir,
      rendering_time: expect.any(Number),
    })
  })

  it('describes its routes', async () => {
    const document = (await app.inject('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/render-templates',
      '/api/v1/status',
      '/api/v2/jobs',
      '/api/v2/jobs/{id}',
      '/api/v2/jobs/{id}/cancel',
      '/api/v2/jobs/{id}/events',
      '/api/v2/logs',
      '/api/v2/status',
      '/health',
      '/jobs/{id}',
      '/render/templates',
    ])
    expect((await app.inject('/docs/')).statusCode).toBe(200)
  })
})

describe('readConfig', () => {
  it('reads the engine, and refuses an unknown one and too many samples', () => {
    expect(readConfig({})).toMatchObject({ engine: 'rasteriser', cyclesSamples: 50, blender: 'blender' })
    const chosen = { RENDER_ENGINE: 'blender', RENDER_CYCLES_SAMPLES: '8', RENDER_BLENDER: '/opt/blender/blender' }
    expect(readConfig(chosen)).toMatchObject({ engine: 'blender', cyclesSamples: 8, blender: '/opt/blender/blender' })
    expect(() => readConfig({ RENDER_ENGINE: 'povray' })).toThrow('RENDER_ENGINE')
    expect(() => readConfig({ RENDER_CYCLES_SAMPLES: '5000' })).toThrow('RENDER_CYCLES_SAMPLES')
  })

  beforeEach(() => start(inlinePool))

  it('prefers the names of this server', () => {
    expect(readConfig({})).toMatchObject({ host: '0.0.0.0', port: 8004, logLevel: 'info' })
    expect(readConfig({ PORT: '9000', HOST: '127.0.0.1' })).toMatchObject({ host: '127.0.0.1', port: 9000 })
    expect(readConfig({ PORT: '9000', RENDER_SERVER_PORT: '9004' }).port).toBe(9004)
    expect(() => readConfig({ RENDER_SERVER_PORT: 'x' })).toThrow(/RENDER_SERVER_PORT/)
  })

  it('keeps jobs in a file of the static folder unless told otherwise', () => {
    expect(readConfig({ SEXTANT_STATIC_DIR: root })).toMatchObject({
      jobDriver: 'libsql',
      jobFile: join(root, 'jobs/render.sqlite'),
    })
    const other = { RENDER_JOB_DRIVER: 'bullmq', RENDER_JOB_FILE: '/data/x.sqlite', REDIS_URL: 'redis://queue:1' }
    expect(readConfig(other)).toMatchObject({
      jobDriver: 'bullmq',
      jobFile: '/data/x.sqlite',
      redisUrl: 'redis://queue:1',
    })
    expect(() => readConfig({ RENDER_JOB_DRIVER: 'paper' })).toThrow(/RENDER_JOB_DRIVER/)
  })
})
