import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRunStore } from '@sextant/library'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postFrame, readExampleFrame, type ExampleFrame } from './example-frame.ts'
import { EXAMPLES, startFourServices, type FourServices } from './four-services.ts'

/** Answers are looked into field by field. */
type Json = ReturnType<typeof JSON.parse>

let services: FourServices
let base: string
let frame: ExampleFrame

beforeAll(async () => {
  services = await startFourServices()
  base = await services.main.listen({ host: '127.0.0.1', port: 0 })
  frame = await readExampleFrame()
})

afterAll(() => services.close())

const box = { className: 'example', objectName: 'box' }

async function submit(fields: Record<string, unknown>): Promise<{ status: number; body: Json }> {
  const answer = await postFrame(`${base}/api/v2/runs`, frame, { objects: [box], ...fields })
  return { status: answer.status, body: await answer.json() }
}

async function get(path: string): Promise<Json> {
  return (await fetch(base + path)).json()
}

/** Follows the events of a run to its end. */
async function follow(id: string): Promise<Json[]> {
  const text = await (await fetch(`${base}/api/v2/runs/${id}/events`)).text()
  return [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''))
}

describe('/api/v2/runs', () => {
  let id = ''

  it('runs several objects as one question, tells its progress, and keeps what happened to each', async () => {
    const { status, body } = await submit({
      objects: [box, { className: 'example', objectName: 'garbage' }],
      tag: 'cell-1',
    })
    expect(status).toBe(202)
    id = body.id
    const events = await follow(id)
    expect(events.at(-1)).toMatchObject({
      status: 'succeeded',
      objects: [{ status: 'estimated' }, { status: 'failed' }],
    })
    expect(new Set(events.map((event) => event.stage))).toEqual(new Set([null, 'pose']))
    const run = await get(`/api/v2/runs/${id}`)
    const truth = JSON.parse(await readFile(join(EXAMPLES, 'scene/gt.json'), 'utf8'))
    const { t_mm } = truth.find((instance: { name: string }) => instance.name === 'box')
    const [pose] = run.objects[0].poses
    expect(Math.hypot(...t_mm.map((value: number, k: number) => value - pose.translation[k]))).toBeLessThan(2)
    expect(run.objects[1].error).toMatchObject({ code: 'mesh.undecodable' })
    expect(run.options).toMatchObject({ preset: 'balanced', maxInstances: 1 })
  })

  it('keeps the inputs as they came, and draws them for the browser', async () => {
    const kept = new Uint8Array(await (await fetch(`${base}/api/v2/runs/${id}/color`)).arrayBuffer())
    expect(Buffer.compare(kept, frame.color)).toBe(0)
    const picture = await fetch(`${base}/api/v2/runs/${id}/depth.png`)
    expect(picture.headers.get('content-type')).toBe('image/png')
    const cloud = await (await fetch(`${base}/api/v2/runs/${id}/cloud?points=20000`)).arrayBuffer()
    const [magic, count = 0] = new Uint32Array(cloud, 0, 2)
    expect(magic).toBe(0x31435853)
    expect(cloud.byteLength).toBe(16 + 18 * count)
    expect(count).toBeGreaterThan(5000)
    expect(count).toBeLessThanOrEqual(20_000)
    // The box covers some points, and where it does the frame agrees with it within a few millimetres.
    const residuals = [...new Int16Array(cloud, 16 + 16 * count, count)].filter((value) => value !== -32768)
    expect(residuals.length).toBeGreaterThan(50)
    const sorted = residuals.map(Math.abs).sort((a, b) => a - b)
    expect((sorted[sorted.length >> 1] ?? Infinity) / 100).toBeLessThan(3)
  })

  it('packs a bundle that repeats the run', async () => {
    const zip = unzipSync(new Uint8Array(await (await fetch(`${base}/api/v2/runs/${id}/bundle`)).arrayBuffer()))
    expect(Object.keys(zip).sort()).toEqual([
      'README.txt',
      'camera.json',
      'depth.png',
      'digests.json',
      'meshes/example/box.ply',
      'meshes/example/garbage.ply',
      'rgb.png',
      'run.json',
    ])
    expect(Buffer.compare(zip['rgb.png'] ?? new Uint8Array(), frame.color)).toBe(0)
  })

  it('repeats a run with other options, from its kept frame', async () => {
    const answer = await fetch(`${base}/api/v2/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ objects: [box], frameOf: id, options: { preset: 'fast' } }),
    })
    const repeat = (await answer.json()) as { id: string }
    await follow(repeat.id)
    const run = await get(`/api/v2/runs/${repeat.id}`)
    expect(run).toMatchObject({ status: 'succeeded', hasInputs: true, options: { preset: 'fast' } })
  })

  it('finds runs by text, newest first, and counts them', async () => {
    const { runs, total } = await get('/api/v2/runs?text=CELL-1')
    expect([total, runs[0].id]).toEqual([1, id])
    const all = await get('/api/v2/runs?limit=1')
    expect(all.total).toBeGreaterThanOrEqual(2)
    expect(all.runs).toHaveLength(1)
  })

  it('keeps no inputs with results_only and nothing on disk with none', async () => {
    const results = await submit({ outputMode: 'results_only' })
    await follow(results.body.id)
    expect((await fetch(`${base}/api/v2/runs/${results.body.id}/color`)).status).toBe(409)
    const none = await submit({ outputMode: 'none' })
    await follow(none.body.id)
    expect(await get(`/api/v2/runs/${none.body.id}`)).toMatchObject({ status: 'succeeded' })
    expect(await readdir(join(services.staticRoot, 'runs'))).not.toContain(none.body.id)
  })

  it('cancels a run that waits and one that runs', async () => {
    const first = await submit({})
    const second = await submit({})
    for (const { body } of [second, first]) {
      expect((await fetch(`${base}/api/v2/runs/${body.id}/cancel`, { method: 'POST' })).status).toBe(200)
    }
    for (const { body } of [first, second])
      expect((await follow(body.id)).at(-1)).toMatchObject({ status: 'cancelled' })
  })

  it('records v1 requests as well', async () => {
    const payload = {
      class_name: 'example',
      object_name: 'box',
      rgb_image: Buffer.from(frame.color).toString('base64'),
      depth_image: Buffer.from(frame.depth).toString('base64'),
      cam_params: frame.camParams,
      request_tag: 'from-v1',
    }
    await services.main.inject({ method: 'POST', url: '/api/v1/workflow/full-pipeline', payload })
    const { runs } = await get('/api/v2/runs?text=from-v1')
    expect(runs[0]).toMatchObject({ source: 'v1', status: 'succeeded', hasInputs: true })
  })

  it.each([
    [
      'an object that is not there',
      { objects: [{ className: 'example', objectName: 'nothing' }] },
      404,
      'object.not_found',
    ],
    ['a path for a name', { objects: [{ className: '..', objectName: 'x' }] }, 400, 'request.path_forbidden'],
    ['no objects', { objects: [] }, 422, 'request.schema_violation'],
    ['no camera', { camParams: null }, 422, 'camera.intrinsics_missing'],
    [
      'a box for two objects',
      { objects: [box, box], box: { x0: 0, y0: 0, x1: 9, y1: 9 } },
      422,
      'request.schema_violation',
    ],
  ])('refuses %s', async (_, fields, status, code) => {
    const answer = await submit(fields)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  it('refuses ids that are none, and forgets a deleted run', async () => {
    expect((await fetch(`${base}/api/v2/runs/..%2F..%2Fetc`)).status).toBe(422)
    expect((await fetch(`${base}/api/v2/runs/20200101_000000_abcdef`)).status).toBe(404)
    expect((await fetch(`${base}/api/v2/runs/${id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(`${base}/api/v2/runs/${id}`)).status).toBe(404)
  })

  it('calls a run interrupted that was under way when the server ended, and ignores damaged records', async () => {
    const { runs } = await get('/api/v2/runs?limit=200')
    const whole = await get(`/api/v2/runs/${runs[0].id}`)
    const root = join(services.staticRoot, 'elsewhere')
    const write = async (runId: string, text: string): Promise<void> => {
      await mkdir(join(root, 'runs', runId), { recursive: true })
      await writeFile(join(root, 'runs', runId, 'run.json'), text)
    }
    await write('20260101_000000_aaaaaa', JSON.stringify({ ...whole, id: '20260101_000000_aaaaaa', status: 'running' }))
    await write('20260101_000000_bbbbbb', '{"half')
    const store = await openRunStore(root, 10)
    const listed = store.list({ offset: 0, limit: 10 })
    expect(listed.runs.map((run) => [run.id, run.status])).toEqual([['20260101_000000_aaaaaa', 'interrupted']])
  })
})

describe('GET /', () => {
  it('is health for programs and the page for browsers', async () => {
    expect(await get('/')).toMatchObject({ status: 'healthy' })
    const page = await fetch(base, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
    expect(page.headers.get('content-type')).toContain('text/html')
  })
})
