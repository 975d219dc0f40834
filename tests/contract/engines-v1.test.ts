import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { unzipSync } from 'fflate'
import { EXAMPLES, startFourServices, type FourServices } from './four-services.ts'

let services: FourServices
let frame: Record<string, unknown>

beforeAll(async () => {
  services = await startFourServices()
  const scene = join(EXAMPLES, 'scene')
  frame = {
    rgb_image: (await readFile(join(scene, 'rgb.png'))).toString('base64'),
    depth_image: (await readFile(join(scene, 'depth.png'))).toString('base64'),
    cam_params: JSON.parse(await readFile(join(scene, 'camera.json'), 'utf8')),
  }
  // A template folder that another program made: it says nothing about itself.
  await mkdir(join(services.staticRoot, 'templates/foreign/box'), { recursive: true })
  await writeFile(join(services.staticRoot, 'templates/foreign/box/rgb_0.png'), 'x')
})
afterAll(() => services.close())

const post = async (server: 'ism' | 'pem', url: string, payload: object | undefined) => {
  const response = await services[server].inject({ method: 'POST', url, ...(payload === undefined ? {} : { payload }) })
  return { status: response.statusCode, body: response.json() }
}
const get = async (server: 'ism' | 'pem', url: string) => (await services[server].inject(url)).json()

const FOREIGN = { cad_path: 'static/meshes/example/box.ply', template_dir: '../static/templates/foreign/box' }

describe('ISM', () => {
  it('detects with a template folder of another program, and writes the archive', async () => {
    const payload = { ...frame, ...FOREIGN, output_dir: 'static/output/foreign' }
    const { body } = await post('ism', '/api/v1/inference', payload)
    expect(body).toMatchObject({ success: true, error_message: null, template_dir_used: FOREIGN.template_dir })
    const archive = unzipSync(await readFile(join(services.staticRoot, 'output/foreign/detection_ism.npz')))
    expect(Object.keys(archive).sort()).toEqual(
      ['bbox', 'category_id', 'image_id', 'scene_id', 'score', 'segmentation', 'time'].map((name) => `${name}.npy`),
    )
    const header = Buffer.from(archive['segmentation.npy']!.subarray(10, 128)).toString()
    expect(header).toContain(`'shape': (${body.num_detections}, 480, 640)`)
    const status = await get('ism', '/api/v1/status')
    expect(status).toMatchObject({ templates_loaded: true, model_loaded: true })
    expect(status.num_templates).toBeGreaterThan(0)
  })

  it('answers what is missing as v1 does', async () => {
    const { body } = await post('ism', '/api/v1/inference', { ...frame, ...FOREIGN, template_dir: 'static/none' })
    expect(body).toMatchObject({
      success: false,
      detections: {},
      error_message: 'Template directory not found: static/none',
    })
    const { body: cad } = await post('ism', '/api/v1/inference', { ...frame, ...FOREIGN, cad_path: '../SAM-6D/SAM-6D/Data/Example/x.ply' }) // prettier-ignore
    expect(cad.error_message).toBe('CAD model not found: ../SAM-6D/SAM-6D/Data/Example/x.ply')
  })

  it('hands out a sample once there is one', async () => {
    expect(await get('ism', '/test/sample')).toHaveProperty('error')
    await cp(join(EXAMPLES, 'scene'), join(services.staticRoot, 'test'), { recursive: true })
    expect(await get('ism', '/test/sample')).toEqual(frame)
    await rm(join(services.staticRoot, 'test'), { recursive: true })
  })

  it('shows its cache, and takes other limits while it runs', async () => {
    const before = await get('ism', '/api/v2/status')
    expect(before).toMatchObject({ engine: 'geometric', device: 'cpu', gpuMemory: null, queue: { waiting: 0 } })
    expect(before.caches.templates.entries).toBeGreaterThan(0)
    const limited = await services.ism.inject({
      method: 'PUT',
      url: '/api/v2/caches/templates',
      payload: { maxEntries: 0 },
    })
    expect(limited.json()).toMatchObject({ entries: 0, bytes: 0, maxEntries: 0 })
    await services.ism.inject({ method: 'PUT', url: '/api/v2/caches/templates', payload: { maxEntries: 20 } })
    expect((await services.ism.inject({ method: 'DELETE', url: '/api/v2/caches/none' })).statusCode).toBe(404)
    const metrics = (await services.ism.inject('/metrics')).body
    expect(metrics).toContain('sextant_cache_misses{cache="templates"')
  })
})

describe('PEM', () => {
  it('tells about its model in every place, with whole numbers', async () => {
    for (const url of ['/api/v1/health', '/api/v1/model/status', '/api/v1/pose-estimation/status']) {
      const body = await get('pem', url)
      const { parameters, device } = body.model ?? body
      expect(Number.isInteger(parameters)).toBe(true)
      expect(device).toBe('cpu')
    }
    expect(await get('pem', '/api/v1/ping')).toMatchObject({ message: 'pong' })
    expect(await get('pem', '/api/v1/model/info')).toHaveProperty('input_format.depth')
  })

  it('answers 503 while its model is unloaded, and loads no checkpoint that a client names', async () => {
    expect((await post('pem', '/api/v1/model/unload', undefined)).body).toMatchObject({ success: true })
    const request = { ...frame, ...FOREIGN, seg_data: [] }
    const refused = await post('pem', '/api/v1/pose-estimation', request)
    expect(refused).toEqual({ status: 503, body: { detail: 'Model is not loaded. Please load the model first.' } })
    const batch = await post('pem', '/api/v1/pose-estimation/batch', [request])
    expect(batch).toMatchObject({ status: 200, body: { status: 'failed', failed_requests: 1 } })
    const bad = await post('pem', '/api/v1/model/load?checkpoint_path=/elsewhere/evil.pth', undefined)
    expect(bad.body).toMatchObject({ success: false })
    expect((await get('pem', '/api/v1/model/status')).loaded).toBe(false)
    expect((await post('pem', '/api/v1/model/load?device=cuda', undefined)).body).toMatchObject({
      success: true,
      device: 'cpu',
    })
  })

  it('estimates a batch, poses included, and goes on after a bad one', async () => {
    const good = { ...frame, ...FOREIGN, seg_data: [] }
    const { body } = await post('pem', '/api/v1/pose-estimation/batch', [{ ...good, rgb_image: 'AAAA' }, good])
    expect(body).toMatchObject({ total_requests: 2, successful_requests: 1, failed_requests: 1, status: 'partial' })
    expect(body.results[0]).toMatchObject({ request_id: 0, success: false })
    expect(body.results[1].pred_trans[0]).toHaveLength(3)
    expect(body.results[1].elapsed_time).toBeGreaterThan(0)
  })

  it('gives a sample request, and stays inside', async () => {
    expect(await get('pem', '/api/v1/pose-estimation/sample')).toMatchObject({
      sample_request: { det_score_thresh: 0.2 },
      file_exists: { rgb: false, depth: false, cad: false, template_dir: false },
    })
    const outside = await services.pem.inject('/api/v1/pose-estimation/sample?sample_dir=/etc')
    expect(outside.statusCode).toBe(400)
  })
})
