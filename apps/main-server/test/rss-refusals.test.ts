import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
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
  root = await mkdtemp(join(tmpdir(), 'sextant-rss-'))
  await mkdir(join(root, 'meshes/a'), { recursive: true })
  await writeFile(join(root, 'meshes/a/b.ply'), 'ply')
  const env = {
    SEXTANT_STATIC_DIR: root,
    LOG_LEVEL: 'SILENT',
    RSS_BASE_URL: 'http://127.0.0.1:1',
    RSS_TIMEOUT_SEC: '1',
  }
  app = await buildApp(await compose(readConfig(env)))
})
afterAll(async () => {
  await app.close()
  await rm(root, { recursive: true })
})

const post = (fields: object) =>
  app.inject({
    method: 'POST',
    url: '/api/v1/workflow/full-pipeline-from-rss',
    payload: { class_name: 'a', object_name: 'b', ...fields },
  })

it.each([
  ['a camera that is not there', {}, 500, 'camera.unreachable'],
  ['a host that is not allowed', { base: 'http://8.8.8.8:51000' }, 400, 'camera.forbidden'],
  ['the address where clouds keep secrets', { host: '169.254.169.254', port: 80 }, 400, 'camera.forbidden'],
])('answers %s with an HTTP error, the reason, and leaves nothing behind', async (_, fields, status, code) => {
  const response = await post(fields)
  expect(response.statusCode).toBe(status)
  expect(response.json()).toMatchObject({
    success: false,
    message: 'Pipeline execution failed',
    detail: expect.stringContaining('camera') as string,
    results: { code, pose_results: [], num_poses: 0 },
  })
  expect(await readdir(join(root, 'output')).catch(() => [])).toEqual([])
})

it('answers an unknown object before it asks the camera', async () => {
  const response = await post({ object_name: 'none' })
  expect(response.statusCode).toBe(200)
  expect(response.json().results.error).toMatch(/^CAD file not found/)
})

it('refuses a port that is none, as FastAPI would', async () => {
  const response = await post({ port: 99_999 })
  expect(response.statusCode).toBe(422)
  expect(response.json().detail[0].loc).toEqual(['body', 'port'])
})
