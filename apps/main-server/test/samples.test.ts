import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceApp } from '@sextant/service-kit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { compose } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'

let app: ServiceApp
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-samples-'))
  const env = {
    SEXTANT_STATIC_DIR: root,
    SEXTANT_EXAMPLES_DIR: join(import.meta.dirname, '../../../examples'),
    LOG_LEVEL: 'SILENT',
    RSS_BASE_URL: 'http://127.0.0.1:1',
    RSS_TIMEOUT_SEC: '1',
    PEM_SERVER_URL: 'http://127.0.0.1:1',
  }
  app = await buildApp(await compose(readConfig(env)))
})
afterAll(async () => {
  await app.close()
  await rm(root, { recursive: true })
})

const post = (url: string, payload?: object) => app.inject({ method: 'POST', url, ...(payload && { payload }) })
const run = (fields: object) =>
  post('/api/v2/runs', { objects: [{ className: 'example', objectName: 'box' }], ...fields })

it('offers the bundled example, and puts its CAD into the library when asked', async () => {
  const before = (await app.inject('/api/v2/samples')).json().samples
  expect(before).toMatchObject([{ name: 'example' }])
  expect(before[0].missing).toHaveLength(3)
  const installed = await post('/api/v2/samples/example/objects')
  expect(installed.json().missing).toEqual([])
  expect((await readdir(join(root, 'meshes/example'))).sort()).toEqual(['box.ply', 'bracket.ply', 'mug.ply'])
})

it('takes the frame of a run from a sample', async () => {
  const { statusCode, body } = await run({ sample: 'example', outputMode: 'none' })
  expect([statusCode, body]).toEqual([202, expect.stringContaining('"width":640') as string])
})

it.each([
  ['no frame', {}, 400, 'request.malformed'],
  ['two frames', { sample: 'example', camera: {} }, 400, 'request.malformed'],
  ['a sample that is not there', { sample: '../../etc' }, 404, 'object.not_found'],
  ['a camera that is not there', { camera: {} }, 502, 'camera.unreachable'],
  ['a camera that is not allowed', { camera: { base: 'http://8.8.8.8' } }, 403, 'camera.forbidden'],
])('refuses a run of %s', async (_, fields, status, code) => {
  const response = await run(fields)
  expect([response.json().code, response.statusCode]).toEqual([code, status])
})

it('says that the camera cannot be reached instead of showing one', async () => {
  expect((await app.inject('/api/v2/camera/preview')).json()).toMatchObject({ code: 'camera.unreachable' })
})

it('tells its own log, by request', async () => {
  const { statusCode } = await app.inject({
    url: '/api/v1/objects/classes/none',
    headers: { 'x-request-id': 'the-one' },
  })
  expect(statusCode).toBe(404)
  const { lines } = (await app.inject('/api/v2/servers/main/logs?requestId=the-one')).json()
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.every((line: { requestId: string }) => line.requestId === 'the-one')).toBe(true)
  expect((await app.inject('/api/v2/servers/pem/logs')).json()).toMatchObject({ code: 'upstream.unreachable' })
})
