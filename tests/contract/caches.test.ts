import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePly, parseMesh } from '@sextant/mesh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
})
afterAll(() => services.close())

async function pose() {
  const payload = { class_name: 'example', object_name: 'box', output_mode: 'none', ...frame }
  const response = await services.main.inject({ method: 'POST', url: '/api/v1/workflow/full-pipeline', payload })
  return response.json().results
}
const cacheOf = async (server: 'ism' | 'pem', name: string) =>
  (await services[server].inject('/api/v2/status')).json().caches[name]

describe('caches', () => {
  it('load an object once, however many ask for it at the same time', async () => {
    await pose()
    await services.ism.inject({ method: 'DELETE', url: '/api/v2/caches/templates' })
    const before = await cacheOf('ism', 'templates')
    const payload = {
      ...frame,
      cad_path: 'static/meshes/example/box.ply',
      template_dir: 'static/templates/example/box',
    }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => services.ism.inject({ method: 'POST', url: '/api/v1/inference', payload })),
    )
    expect(answers.every((answer) => answer.json().success === true)).toBe(true)
    const after = await cacheOf('ism', 'templates')
    expect([after.misses - before.misses, after.hits - before.hits]).toEqual([1, 49])
  })

  it('notice an edited mesh without a restart', async () => {
    const first = (await pose()).pose_results[0]
    const path = join(services.staticRoot, 'meshes/example/box.ply')
    const { mesh } = parseMesh(await readFile(path), 'box.ply')
    // The origin moves by 40 mm along x: the same box is then answered 40 mm back along its x axis.
    const positions = mesh.positions.map((value, i) => (i % 3 === 0 ? value + 40 : value))
    await writeFile(path, encodePly({ ...mesh, positions }))
    const results = await pose()
    expect(results.render.skipped).toBe(false)
    const second = results.pose_results[0]
    const moved = Math.hypot(...first.translation.map((value: number, c: number) => value - second.translation[c]))
    expect(moved).toBeGreaterThan(38)
    expect(moved).toBeLessThan(42)
    expect((await cacheOf('pem', 'cad')).entries).toBe(2)
  })
})
