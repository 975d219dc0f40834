import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import {
  geometricModelInfo,
  metricPointsOf,
  mssdOf,
  randomScene,
  symmetriesOf,
  type RandomSceneFrame,
} from '@sextant/evaluation'
import { transformFrom } from '@sextant/geometry'
import { encodeColorPng, encodeDepthPng } from '@sextant/image'
import { readObjectMesh } from '@sextant/library'
import { diameterOf } from '@sextant/mesh'
import { createBoxMesh, createBracketMesh } from '@sextant/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFourServices, type FourServices } from './four-services.ts'

/** A plate, two brackets, a rod, bolts and nuts, each part in its colour; occt-import-js ships it for its own tests. */
const PART = 'cax-if/as1-oc-214.stp'
const path = join(dirname(createRequire(import.meta.url).resolve('occt-import-js')), '../test/testfiles', PART)
const ASSEMBLY = 1

let services: FourServices
beforeAll(async () => {
  services = await startFourServices()
})
afterAll(() => services.close())

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

async function payloadOf({ camera, color, depthCounts }: RandomSceneFrame): Promise<object> {
  const { fx, fy, cx, cy, width, height } = camera
  return {
    rgb_image: base64(await encodeColorPng(color)),
    depth_image: base64(await encodeDepthPng(depthCounts, width, height)),
    cam_params: { cam_K: [fx, 0, cx, 0, fy, cy, 0, 0, 1], depth_scale: 1 },
  }
}

it('a STEP assembly is added, rendered in its colours, and found in a scene', async () => {
  // 1 The CAD becomes an object.
  const form = new FormData()
  form.append('file', new Blob([await readFile(path)]), 'assembly.stp')
  const added = await services.main.inject({ method: 'POST', url: '/api/v2/objects/cad/assembly', payload: form })
  expect(added.statusCode).toBe(201)
  expect(added.json()).toMatchObject({
    unit: { unit: 'mm', basis: 'file', verdict: 'certain' },
    mesh: { colors: 'vertex' },
    hasTemplates: false,
  })

  // 2 A cluttered table with the assembly on it, drawn from the same CAD.
  const { mesh } = await readObjectMesh(join(services.staticRoot, 'meshes/cad/assembly.stp'))
  const models = [
    { id: ASSEMBLY, mesh },
    { id: 2, mesh: createBracketMesh([70, 90, 160]) },
    { id: 3, mesh: createBoxMesh([-40, -30, -20], [40, 30, 20]) },
  ]
  const options = { kind: 'table', sensor: null, objectCount: models.length, viewCount: 1 } as const
  const [frame] = await randomScene(models, options, 1)
  const instance = frame?.instances.find(({ id }) => id === ASSEMBLY)
  if (frame === undefined || instance === undefined) throw new Error('the scene does not show the assembly')
  expect(instance.visibleFraction).toBeGreaterThan(0.5)

  // 3 The whole pipeline: templates are rendered on the way.
  const response = await services.main.inject({
    method: 'POST',
    url: '/api/v1/workflow/full-pipeline',
    payload: { class_name: 'cad', object_name: 'assembly', output_mode: 'none', ...(await payloadOf(frame)) },
  })
  const answer = response.json()
  expect(answer).toMatchObject({ success: true, results: { render: { skipped: false } } })
  expect((await services.main.inject('/api/v2/objects/cad/assembly')).json()).toMatchObject({ hasTemplates: true })

  // 4 The answer lies where the truth does, whichever of the turns that look alike it is.
  const [pose] = answer.results.pose_results
  const estimate = transformFrom<'camera', 'object'>(pose.rotation.flat(), pose.translation)
  const diameter = diameterOf(mesh)
  const symmetries = symmetriesOf(geometricModelInfo(mesh, diameter))
  const error = mssdOf(estimate, instance.cameraFromObject, metricPointsOf(mesh).extreme, symmetries)
  expect(error).toBeLessThan(0.1 * diameter)
}, 120_000)
