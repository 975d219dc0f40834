import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeDepthPng, encodeGrayPng } from '@sextant/image'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXAMPLES, startFourServices, type FourServices } from './four-services.ts'

let services: FourServices
let frame: { rgb_image: string; depth_image: string; cam_params: Record<string, unknown> }

beforeAll(async () => {
  services = await startFourServices()
  const scene = join(EXAMPLES, 'scene')
  frame = {
    rgb_image: (await readFile(join(scene, 'rgb.png'))).toString('base64'),
    depth_image: (await readFile(join(scene, 'depth.png'))).toString('base64'),
    cam_params: JSON.parse(await readFile(join(scene, 'camera.json'), 'utf8')) as Record<string, unknown>,
  }
})

afterAll(() => services.close())

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

async function post(fields: Record<string, unknown>) {
  const body = { class_name: 'example', object_name: 'mug', ...frame, ...fields }
  const response = await services.main.inject({ method: 'POST', url: '/api/v1/workflow/full-pipeline', payload: body })
  return { status: response.statusCode, answer: response.json() }
}

async function outputs(): Promise<string[]> {
  return readdir(join(services.staticRoot, 'output')).catch(() => [])
}

describe('POST /api/v1/workflow/full-pipeline', () => {
  it('poses the bundled box within 2 mm of the truth and writes the files of the contract', async () => {
    const { status, answer } = await post({ object_name: 'box', request_tag: ' My Cell/1 ' })
    expect(status).toBe(200)
    expect(answer).toMatchObject({ success: true, message: 'Pipeline execution completed', job_id: null })
    const truth = JSON.parse(await readFile(join(EXAMPLES, 'scene/gt.json'), 'utf8'))
    const box = truth.find((instance: { name: string }) => instance.name === 'box')
    const [pose] = answer.results.pose_results
    const distance = Math.hypot(...box.t_mm.map((value: number, k: number) => value - pose.translation[k]))
    expect(distance).toBeLessThan(2)
    expect(pose.rotation).toHaveLength(3)
    expect(answer.results.request_tag).toBe('my-cell-1')
    expect(answer.output_dir).toBe(answer.results.output_dir)
    expect(answer.results.render.skipped).toBe(false)
    // Every place where an old client looks.
    expect(answer.results.results.ism.detections.masks.length).toBe(answer.results.ism.detections.length)
    expect(answer.results.results.pem.poses[0].translation).toEqual(pose.translation)
    expect(answer.results.pipeline.pem.pred_quat[0]).toHaveLength(4)
    const files = await readdir(answer.output_dir, { recursive: true })
    expect(files.map((file) => file.replaceAll('\\', '/')).sort()).toEqual([
      'camera_params.json',
      'ism',
      'ism/detection_ism.json',
      'ism/detection_ism.npz',
      'ism/vis_ism.png',
      'pem',
      'pem/detection_pem.json',
      'pem/vis_pem.png',
      'pipeline_metadata.json',
      'pose_results.json',
    ])
  })

  it('writes what the output mode says, and two requests at once never share a folder', async () => {
    const [first, second, none] = await Promise.all([
      post({ object_name: 'box', output_mode: 'RESULTS_ONLY' }),
      post({ object_name: 'box', output_mode: 'results_only' }),
      post({ object_name: 'box', save_outputs: false, output_dir: 'static/output/ignored' }),
    ])
    expect(await readdir(first.answer.output_dir)).toEqual(['pose_results.json'])
    expect(first.answer.output_dir).not.toBe(second.answer.output_dir)
    expect(none.answer.output_dir).toBeNull()
  })

  it('echoes every option, says how sure it is, and keeps prepared objects on disk', async () => {
    const options = { seed: 3, preset: 'fast', generator: 'views', time_budget_ms: 20_000, score_threshold: 0.1 }
    const { answer } = await post({
      object_name: 'box',
      output_mode: 'none',
      max_instances: 2,
      cad_colors: 'ignored',
      ...options,
    })
    expect(answer.results.options).toMatchObject({
      cadColors: 'ignored',
      ...{ seed: 3, preset: 'fast', generator: 'views', timeBudgetMs: 20_000, scoreThreshold: 0.1, maxInstances: 2 },
    })
    const [pose] = answer.results.pose_results
    expect(pose.uncertainty.covariance).toHaveLength(36)
    expect(pose.score_parts.colorAgreement).toBeNull()
    expect(pose.score_parts.toleranceRatio).toBeGreaterThan(0)
    expect(await readdir(join(services.staticRoot, 'cache/models'))).not.toHaveLength(0)
  })

  it('prepares an object anew when symmetries are declared of it, and keeps its templates', async () => {
    const models = join(services.staticRoot, 'cache/models')
    const manifest = join(services.staticRoot, 'meshes/example/library.json')
    await post({ object_name: 'box', output_mode: 'none' })
    const before = await readdir(models)
    const symmetries = { symmetries_discrete: [[-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]] }
    await writeFile(manifest, JSON.stringify({ objects: { box: { symmetries } } }))
    try {
      const { answer } = await post({ object_name: 'box', output_mode: 'none' })
      expect(answer).toMatchObject({ success: true, results: { render: { skipped: true } } })
      expect(await readdir(models)).toHaveLength(before.length + 1)
    } finally {
      await rm(manifest)
    }
  })

  it('answers within a time budget that is far too short, without a guess', async () => {
    const { answer } = await post({ object_name: 'box', output_mode: 'none', time_budget_ms: 1 })
    expect(answer.success).toBe(true)
    if (answer.results.num_poses === 0) expect(answer.results.reason).toBe('deadline_exceeded')
  })

  it('answers "not there" as a success with a reason', async () => {
    const depth = await encodeDepthPng(new Uint16Array(640 * 480).fill(900), 640, 480)
    const { answer } = await post({ depth_image: base64(depth), output_mode: 'none' })
    expect(answer).toMatchObject({ success: true, results: { num_poses: 0, pose_results: [] } })
    expect(answer.results.reason).toMatch(/^(no_|score_)/)
  })

  const K = [574, 0, 319.5, 0, 574, 239.5, 0, 0, 1]
  const size = 640 * 480
  const wrong: [string, () => Promise<Record<string, unknown>> | Record<string, unknown>, string][] = [
    ['garbage base64', () => ({ rgb_image: '!!!! not base64 !!!!' }), 'request.malformed'],
    ['text as image', () => ({ rgb_image: base64(Buffer.from('hello world')) }), 'image.undecodable'],
    ['a truncated image', () => ({ rgb_image: frame.rgb_image.slice(0, 20_000) }), 'image.undecodable'],
    ['8-bit depth', async () => ({ depth_image: base64(await encodeGrayPng(new Uint8Array(size).fill(9), 640, 480)) }), 'depth.bit_depth_unsupported'],
    ['depth of another size', async () => ({ depth_image: base64(await encodeDepthPng(new Uint16Array(320 * 240).fill(900), 320, 240)) }), 'image.size_mismatch'],
    ['zero depth', async () => ({ depth_image: base64(await encodeDepthPng(new Uint16Array(size), 640, 480)) }), 'depth.empty'],
    ['negative and NaN raw depth', () => ({ depth_image: base64(new Uint8Array(Float32Array.from({ length: size }, (_, i) => (i % 2 === 0 ? -5 : Number.NaN)).buffer)) }), 'depth.empty'],
    ['an unclear depth scale', () => ({ cam_params: { cam_K: K, depth_scale: 50 } }), 'depth.scale_unclear'],
    ['a depth scale that gives centimetres', () => ({ cam_params: { cam_K: K, depth_scale: 0.05 } }), 'depth.out_of_range'],
    ['no intrinsics', () => ({ cam_params: { depth_scale: 1 } }), 'camera.intrinsics_missing'],
    ['a principal point outside the image', () => ({ cam_params: { cam_K: [574, 0, 1319, 0, 574, 239, 0, 0, 1] } }), 'camera.intrinsics_invalid'],
    ['a negative focal length', () => ({ cam_params: { cam_K: [-574, 0, 319, 0, 574, 239, 0, 0, 1] } }), 'camera.intrinsics_invalid'],
    ['an unknown object', () => ({ object_name: 'nothing' }), 'object.not_found'],
    ['a class that leaves the root', () => ({ class_name: '../..' }), 'request.path_forbidden'],
    ['an output folder outside the root', () => ({ output_dir: '/etc/sextant' }), 'request.path_forbidden'],
    ['an output folder with ..', () => ({ output_dir: 'static/../../x' }), 'request.path_forbidden'],
    ['an unreadable mesh', () => ({ object_name: 'garbage' }), 'mesh.undecodable'],
    ['an empty mesh', () => ({ object_name: 'empty' }), 'mesh.degenerate'],
  ] // prettier-ignore

  it.each(wrong)('refuses %s with a code, writes nothing, and lives on', async (_, fields, code) => {
    const before = await outputs()
    const { status, answer } = await post(await fields())
    expect(status).toBe(200)
    expect(answer).toMatchObject({ success: false, message: 'Pipeline execution failed', output_dir: null })
    expect(answer.results.code).toBe(code)
    expect(answer.results.error.length).toBeGreaterThan(15)
    expect(answer.results.error).not.toContain(services.staticRoot)
    expect(answer.results.pose_results).toEqual([])
    expect(await outputs()).toEqual(before)
    expect((await services.main.inject('/health')).statusCode).toBe(200)
  })

  it('reports a missing field in the contract shape', async () => {
    const { status, answer } = await post({ rgb_image: undefined })
    expect(status).toBe(422)
    expect(answer.detail[0]).toMatchObject({ type: 'missing', loc: ['body', 'rgb_image'], msg: 'Field required' })
  })
})

describe('other routes of Main', () => {
  it('lists classes and objects', async () => {
    const classes = (await services.main.inject('/api/v1/objects/classes')).json()
    expect(classes).toMatchObject({ total_classes: 1, total_objects: 4 })
    const detail = (await services.main.inject('/api/v1/objects/example/box')).json()
    expect(detail).toMatchObject({ has_template: true, status: 'ready' })
    expect(detail.template_files).toMatchObject({ rgb_count: 42, mask_count: 42, xyz_count: 42 })
  })

  it.each([
    ['GET', '/api/v1/objects/classes/none', 404, 'Class not found: none'],
    ['GET', '/api/v1/objects/example/none', 404, 'Object not found: example/none'],
    ['GET', '/nowhere', 404, 'Not Found'],
    ['GET', '/api/v1/workflow/full-pipeline', 405, 'Method Not Allowed'],
    ['GET', '/api/v1/servers/status/moon', 404, 'Server not found: moon'],
  ] as const)('%s %s answers %i', async (method, url, status, detail) => {
    const response = await services.main.inject({ method, url })
    expect(response.statusCode).toBe(status)
    expect(response.json()).toEqual({ detail })
  })

  it('sees all servers healthy and serves its API description', async () => {
    const status = (await services.main.inject('/api/v1/servers/status')).json()
    expect(status).toMatchObject({ overall_status: 'healthy', healthy_servers: 3, total_servers: 3 })
    const api = (await services.main.inject('/openapi.json')).json()
    expect(api.openapi).toBe('3.1.0')
    expect(Object.keys(api.paths)).toContain('/api/v1/workflow/full-pipeline')
    expect((await services.main.inject('/docs/')).statusCode).toBe(200)
  })

  it('skips templates that exist', async () => {
    const body = { class_name: 'example', object_name: 'box' }
    const response = await services.main.inject({
      method: 'POST',
      url: '/api/v1/workflow/render-template-single',
      payload: body,
    })
    expect(response.json()).toMatchObject({ success: true, results: { successful: 1, total: 1 } })
    expect(response.json().results.results[0]).toMatchObject({ skipped: true })
  })
})

describe('ISM and PEM, v1', () => {
  it('hand detections on to poses as direct clients do', async () => {
    const paths = {
      cad_path: 'static/meshes/example/box.ply',
      template_dir: '/workspace/Estimation_Server/static/templates/example/box',
    }
    const ism = await services.ism.inject({
      method: 'POST',
      url: '/api/v1/inference',
      payload: { ...frame, ...paths, output_dir: 'static/output/direct' },
    })
    const detections = ism.json()
    expect(detections).toMatchObject({ success: true, error_message: null })
    expect(detections.num_detections).toBeGreaterThan(0)
    expect(detections.num_detections).toBeLessThanOrEqual(10)
    const file = join(services.staticRoot, 'output/direct/detection_ism.json')
    const seg_data = JSON.parse(await readFile(file, 'utf8'))
    const pem = await services.pem.inject({
      method: 'POST',
      url: '/api/v1/pose-estimation',
      payload: { ...frame, ...paths, seg_data },
    })
    const poses = pem.json()
    expect(poses).toMatchObject({ success: true })
    expect(poses.num_detections).toBe(poses.pred_rot.length)
    expect(poses.pose_scores[0]).toBeGreaterThan(0.5)
  })

  it('refuse what does not exist or lies outside', async () => {
    const outside = { ...frame, template_dir: '/etc', cad_path: '/etc/passwd', seg_data: [] }
    expect(
      (await services.pem.inject({ method: 'POST', url: '/api/v1/pose-estimation', payload: outside })).statusCode,
    ).toBe(400)
    const ism = await services.ism.inject({ method: 'POST', url: '/api/v1/inference', payload: outside })
    expect(ism.json()).toMatchObject({ success: false, num_detections: 0 })
  })
})
