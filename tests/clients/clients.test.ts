// What the existing scripts and the viewer call and read, script by script. Their own code is not part of this project;
// the facts are: see docs/guides/existing-clients.md.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeDepthRaw } from '@sextant/image'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOldWorld, type OldWorld } from './old-world.ts'

let world: OldWorld
beforeAll(async () => {
  world = await startOldWorld()
})
afterAll(() => world.close())

type Server = keyof OldWorld['urls']

async function call(server: Server, path: string, body?: unknown) {
  const answer = await fetch(world.urls[server] + path, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: answer.status, body: JSON.parse(await answer.text()), headers: answer.headers }
}
const get = async (server: Server, path: string) => (await call(server, path)).body
const post = async (server: Server, path: string, body: unknown) => (await call(server, path, body)).body

async function frame(folder = 'static/test', color = 'rgb.png', depth = 'depth.png') {
  const base64 = async (name: string): Promise<string> =>
    (await readFile(join(world.root, folder, name))).toString('base64')
  return {
    rgb_image: await base64(color),
    depth_image: await base64(depth),
    cam_params: JSON.parse(await readFile(join(world.root, folder, 'camera.json'), 'utf8')) as Record<string, unknown>,
  }
}
const pipeline = async (fields: object) =>
  post('main', '/api/v1/workflow/full-pipeline', { ...(await frame()), ...fields })

const isFloat = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value)

describe('template scripts', () => {
  it('create_lm_template.py', async () => {
    const before = await get('main', '/api/v1/objects/classes/lm')
    expect(before.objects[0]).toMatchObject({ name: 'obj_000001', status: 'needs_template', has_template: false })
    const body = { class_name: 'lm', object_name: 'obj_000001', force: false }
    const answer = await post('main', '/api/v1/workflow/render-template-single', body)
    expect(answer).toMatchObject({ success: true, results: { total: 1, successful: 1 } })
    expect(answer.message).toBe('Template generation for lm/obj_000001')
  })

  it('test_missing_templates.py', async () => {
    const answer = await post('main', '/api/v1/workflow/render-templates-missing', { class_name: 'lm' })
    expect(answer).toMatchObject({ success: true, message: 'No missing templates found', results: { processed: 0 } })
    const unknown = await call('main', '/api/v1/workflow/render-templates-missing', { class_name: 'nothing' })
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'Class not found: nothing' } })
  })

  it('create_ycb_template.py (force)', async () => {
    const { objects } = await get('main', '/api/v1/objects/classes/ycb')
    for (const { name } of objects) {
      const body = { class_name: 'ycb', object_name: name, force: true }
      expect(await post('main', '/api/v1/workflow/render-template-single', body)).toMatchObject({ success: true })
    }
  })

  it('check_status.py, check_lm_template.py', async () => {
    const all = await get('main', '/api/v1/objects/classes')
    expect(all.classes.map((item: { name: string }) => item.name)).toEqual(['lm', 'test', 'ycb'])
    expect([all.total_classes, all.total_objects, all.total_templates]).toEqual([3, 5, 4])
    expect(isFloat(all.overall_completion_rate)).toBe(true)
    for (const { name, object_count, template_count, template_completion_rate } of all.classes) {
      const { objects } = await get('main', `/api/v1/objects/classes/${name}`)
      expect(objects).toHaveLength(object_count)
      const ready = objects.filter((object: { has_template: boolean }) => object.has_template)
      expect(ready).toHaveLength(template_count)
      expect(template_completion_rate).toBeCloseTo((100 * template_count) / object_count, 1)
    }
  })

  it('test_render_lm.py, render_service.py', async () => {
    const body = {
      cad_path: '/workspace/Estimation_Server/static/meshes/lm/obj_000001.ply',
      output_dir: '/workspace/Estimation_Server/static/templates/lm/obj_000001',
      colorize: false,
      base_color: 0.05,
    }
    expect(await get('render', '/health')).toMatchObject({ status: 'healthy' })
    const waited = await post('render', '/render/templates?wait=True&wait_timeout_sec=1800', body)
    expect(waited).toMatchObject({ success: true, status: 'succeeded', templates_generated: 42, error_message: null })
    expect(isFloat(waited.processing_time)).toBe(true)
    const queued = await post('render', '/render/templates', body)
    expect(await get('render', `/jobs/${queued.job_id}`)).toHaveProperty('status')
    expect(await call('render', '/jobs/none')).toMatchObject({ status: 404, body: { detail: 'job not found' } })
  })
})

describe('full-pipeline scripts', () => {
  it('test_main_complete.py, test_main_workflow.py', async () => {
    expect(await get('main', '/health')).toMatchObject({ status: 'healthy' })
    const { servers } = await get('main', '/api/v1/servers/status')
    for (const server of ['ism', 'pem', 'render']) {
      expect(servers[server].status).toBe('healthy')
      expect(Number.isInteger(servers[server].response_time_ms)).toBe(true)
    }
    const body = { class_name: 'test', object_name: 'obj_000005' }
    expect(await post('main', '/api/v1/workflow/render-template-single', body)).toMatchObject({ success: true })
    const detail = await get('main', '/api/v1/objects/test/obj_000005')
    expect(detail.cad_info.file).toBe('obj_000005.ply')
    expect(Number.isInteger(detail.cad_info.size_bytes)).toBe(true)
    expect(detail.template_info).toMatchObject({ has_template: true, files: { rgb_count: 42 } })
  })

  it('test_full_pipeline_new.py, test_obj_000005.py', async () => {
    const answer = await pipeline({
      class_name: 'test',
      object_name: 'obj_000005',
      output_dir: null,
      frame_guess: false,
    })
    const { results, success, output_dir } = answer
    expect(success).toBe(true)
    expect(results.render).toMatchObject({ skipped: true, success: true })
    expect(results.ism.success).toBe(true)
    expect([results.ism.inference_time, results.pem.inference_time].every(isFloat)).toBe(true)
    expect(results.pem.num_detections).toBe(1)
    for (const name of ['input_rgb.png', 'input_depth.png', 'camera_params.json'])
      await readFile(join(output_dir, name))
    const metadata = JSON.parse(await readFile(join(output_dir, 'pipeline_metadata.json'), 'utf8'))
    expect(metadata.pipeline_info).toMatchObject({ success: true, start_time: expect.any(String), end_time: expect.any(String) }) // prettier-ignore
    expect(isFloat(metadata.pipeline_info.duration_seconds)).toBe(true)
    expect(metadata.request_info).toMatchObject({
      class_name: 'test',
      object_name: 'obj_000005',
      template_existed: true,
    })
  })

  it('check_test_result.py', async () => {
    const body = {
      class_name: 'test',
      object_name: 'obj_000005',
      rgb_image: 'rubbish',
      depth_image: 'rubbish',
      cam_params: {},
    }
    const answer = await post('main', '/api/v1/workflow/full-pipeline', body)
    expect(answer.success).toBe(false)
    expect(answer.message.slice(0, 20)).toBe('Pipeline execution f')
  })

  it('test_api_full_pipeline.py', async () => {
    const { results, success } = await pipeline({ class_name: 'ycb', object_name: 'obj_000002' })
    const { ism, pem } = results.results
    expect([success, ism.success, pem.success, pem.error_message]).toEqual([true, true, true, null])
    expect(ism.detections.masks.length).toBeGreaterThan(0)
    expect(isFloat(ism.inference_time)).toBe(true)
    expect(results.output_dir).toContain('output')
  })

  it('test_ycb_batch_rss.py', async () => {
    const files = await frame('static/test/rsserver_final_camk', 'color_raw.png', 'depth_raw.png')
    const answer = await post('main', '/api/v1/workflow/full-pipeline', { class_name: 'ycb', object_name: 'obj_000002', ...files }) // prettier-ignore
    expect(isFloat(answer.results.ism.detections[0].score)).toBe(true)
    expect(answer.results.pem.poses).toHaveLength(1)
  })

  it('test_ycb_full_pipeline.py', async () => {
    const object = await get('main', '/api/v1/objects/ycb/obj_000002')
    expect(object).toMatchObject({ has_template: true, status: 'ready' })
    expect(object.template_files.total_count).toBeGreaterThanOrEqual(126)
    expect((await get('main', '/api/v1/servers/status')).overall_status).toBe('healthy')
    const files = await frame('static/test/rsserver_finaly_camk', 'color_raw.png', 'depth_raw.png')
    const { results } = await post('main', '/api/v1/workflow/full-pipeline', { class_name: 'ycb', object_name: 'obj_000002', ...files }) // prettier-ignore
    const [pose] = results.results.pem.poses
    expect(pose.translation).toHaveLength(3)
    expect(pose.rotation).toHaveLength(3)
    expect(results.results.ism.detections.scores.length).toBe(results.results.ism.detections.masks.length)
    for (const name of ['ism/detection_ism.json', 'pem/detection_pem.json'])
      await readFile(join(results.output_dir, name))
  })

  it('older scripts that name files', async () => {
    const input_images = {
      rgb_path: 'static/test/rgb.png',
      depth_path: '/workspace/Estimation_Server/static/test/depth.png',
      camera_path: '../static/test/camera.json',
    }
    const fields = { class_name: 'test', object_name: 'obj_000005', output_mode: 'none' }
    const answer = await post('main', '/api/v1/workflow/full-pipeline', { ...fields, input_images })
    expect(answer).toMatchObject({ success: true, results: { num_poses: 1, output_dir: null } })
    const outside = { ...input_images, camera_path: '/etc/passwd' }
    expect((await call('main', '/api/v1/workflow/full-pipeline', { ...fields, input_images: outside })).status).toBe(
      400,
    )
  })
})

describe('ISM and PEM scripts', () => {
  it('test_ism_pem.py', async () => {
    const paths = {
      cad_path: '/workspace/Estimation_Server/static/meshes/test/obj_000005.ply',
      template_dir: '/workspace/Estimation_Server/static/templates/test/obj_000005',
      output_dir: '/workspace/Estimation_Server/static/output/test_result_new',
    }
    const ism = await post('ism', '/api/v1/inference', { ...(await frame()), ...paths })
    expect(ism).toMatchObject({ success: true, error_message: null, output_dir_used: paths.output_dir })
    const text = await readFile(join(world.root, 'static/output/test_result_new/detection_ism.json'), 'utf8')
    const seg_data = JSON.parse(text) as { score: number }[]
    expect(seg_data.every(({ score }) => isFloat(score))).toBe(true)
    const pem = await post('pem', '/api/v1/pose-estimation', { ...(await frame()), ...paths, seg_data })
    expect(pem.success).toBe(true)
    expect(isFloat(pem.elapsed_time)).toBe(true)
    expect([pem.poses[0].R.length, pem.poses[0].t.length]).toEqual([3, 3])
  })

  it('test_inference_api.py', async () => {
    expect(await get('ism', '/api/v1/status')).toMatchObject({ server: 'running', model_loaded: true })
    const sample = await get('ism', '/test/sample')
    const answer = await post('ism', '/api/v1/inference', {
      ...sample,
      cad_path: '../SAM-6D/SAM-6D/Data/Example/obj_000005.ply',
      template_dir: '../SAM-6D/SAM-6D/Data/Example/outputs/templates',
    })
    expect(answer).toMatchObject({ success: true, output_dir_used: null, error_message: null })
    expect(Object.keys(answer.detections)).toHaveLength(4)
  })

  it('test_basic_api.py', async () => {
    expect(await get('pem', '/')).toMatchObject({ docs: '/docs' })
    const { model } = await get('pem', '/api/v1/health')
    expect(model.loaded).toBe(true)
    expect(Number.isInteger(model.parameters)).toBe(true)
    const { file_exists } = await get('pem', '/api/v1/pose-estimation/sample')
    expect(file_exists).toEqual({ rgb: true, depth: true, cad: true, template_dir: true })
  })

  it('test_pose_estimation_api.py: the sample as it is, and raw float32 depth', async () => {
    const { sample_request } = await get('pem', '/api/v1/pose-estimation/sample')
    expect(await post('pem', '/api/v1/pose-estimation', sample_request)).toMatchObject({ success: true })
    const depth = await decodeDepthRaw(await readFile(join(world.root, 'static/test/depth.png')), null)
    const floats = new Uint8Array(Float32Array.from(depth.counts).buffer)
    const raw = { ...sample_request, depth_image: Buffer.from(floats).toString('base64'), det_score_thresh: 0.1 }
    const answer = await post('pem', '/api/v1/pose-estimation', raw)
    expect(answer.success).toBe(true)
    expect(answer.pose_scores.every(isFloat)).toBe(true)
    expect(answer.detections[0]).toMatchObject({ R: expect.any(Array), t: expect.any(Array) })
  })
})

describe('camera scripts', () => {
  it('run_pose_summary.py, test_rss_api_call.py, run_rss_batch_ycb.py', async () => {
    const body = { class_name: 'ycb', object_name: 'obj_000002', base: 'http://192.168.0.197:51000', align_color: true, frame_guess: true } // prettier-ignore
    const truth = (await get('camera', '/camera/truth')) as { instances: { name: string }[] }
    expect(truth.instances.some(({ name }) => name === 'box')).toBe(true)
    const { status, headers, body: answer } = await call('main', '/api/v1/workflow/full-pipeline-from-rss', body)
    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, 'application/json'])
    const { results } = answer
    expect(results.results.ism.detections.masks.length).toBeGreaterThan(0)
    expect(results.results.pem.num_detections).toBe(results.num_poses)
    expect(results.num_poses).toBe(1)
    expect(results.output_dir).toMatch(/_api-full-pipeline-from-rss(-\w+)?$/)
    expect(results.alignment).toMatchObject({ requested: true, done: true, frame: 'color', extrinsics: 'column_major' })
    expect(results.warnings.join()).toContain('frame_guess')
    const camera = JSON.parse(await readFile(join(results.output_dir, 'camera_params.json'), 'utf8'))
    expect(camera).toMatchObject({ width: 640, height: 480, depth_scale: 1 })
    for (const name of ['input_rgb.png', 'input_depth.png', 'pem/vis_pem.png']) {
      const head = (await readFile(join(results.output_dir, name))).subarray(1, 4)
      expect(head.toString()).toBe('PNG')
    }
  })

  it('save_from_rss.py, rss_connector_save.py', async () => {
    const { color_intrinsics: color } = await get('camera', '/camera/calibration')
    const size = async (path: string): Promise<number> =>
      (await fetch(world.urls.camera + path).then((answer) => answer.arrayBuffer())).byteLength
    expect(await size('/streams/color_raw')).toBe(3 * color.width * color.height)
    expect(await size('/streams/depth_raw')).toBe(2 * color.width * color.height)
    for (const path of ['/streams/color_jpeg', '/streams/depth_jpeg']) expect(await size(path)).toBeGreaterThan(1000)
    const status = await get('camera', '/camera/status')
    expect(Object.keys(status.device_info)).toEqual(['name', 'serial_number', 'usb_type', 'firmware_version'])
  })

  it('a body that is no JSON', async () => {
    const url = `${world.urls.main}/api/v1/workflow/full-pipeline-from-rss`
    const broken = await fetch(url, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } })
    expect(broken.status).toBe(400)
    expect(await broken.json()).toHaveProperty('detail')
  })

  it('the viewer in the browser', async () => {
    const url = `${world.urls.main}/api/v1/workflow/full-pipeline-from-rss`
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' }, // prettier-ignore
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type')
    const body = { class_name: 'ycb', object_name: 'obj_000002', align_color: true, frame_guess: true, output_mode: 'none', request_tag: 'fast-inference', save_outputs: false } // prettier-ignore
    const answer = await post('main', '/api/v1/workflow/full-pipeline-from-rss', body)
    const [best] = answer.results.pose_results
    expect(best.translation.every((value: number) => Math.abs(value) < 2000)).toBe(true)
    expect(best.translation[2]).toBeGreaterThan(300)
    const { pem } = answer.results.pipeline
    expect(pem.pred_quat[0]).toHaveLength(4)
    expect(pem).toMatchObject({ success: true, num_detections: 1 })
    expect(JSON.stringify(answer).length).toBeLessThan(120_000)
  })
})
