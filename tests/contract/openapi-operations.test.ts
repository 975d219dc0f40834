import type { ServiceApp } from '@sextant/service-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp as buildCamera } from '../../apps/camera-server/src/app.ts'
import { compose as composeCamera } from '../../apps/camera-server/src/compose.ts'
import { readConfig as readCameraConfig } from '../../apps/camera-server/src/config.ts'
import { startFourServices, type FourServices } from './four-services.ts'

let four: FourServices
let camera: ServiceApp
beforeAll(async () => {
  four = await startFourServices()
  const config = readCameraConfig({ LOG_LEVEL: 'SILENT' })
  camera = await buildCamera(config, await composeCamera(config))
})
afterAll(() => Promise.all([four.close(), camera.close()]))

interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly operationId?: string
}

const NAMES = ['main', 'ism', 'pem', 'render', 'camera'] as const
const TAGS = [
  ...['caches', 'camera', 'detections', 'health', 'jobs', 'logs', 'model', 'objects'],
  ...['poses', 'runs', 'samples', 'scenes', 'templates', 'workflow'],
]

async function operationsOf(name: (typeof NAMES)[number]): Promise<[call: string, operation: Operation][]> {
  const app = name === 'camera' ? camera : four[name]
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, Operation>> }>()
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  )
}

describe.each(NAMES)('an operation in the OpenAPI document of %s', (name) => {
  it('says what it does in one line, without a full stop', async () => {
    const operations = await operationsOf(name)
    expect(operations.length).toBeGreaterThan(5)
    for (const [call, { summary }] of operations) expect(summary, call).toMatch(/^[A-Z].{4,70}[^.\s]$/)
  })

  it('has one topic, of a known few', async () => {
    for (const [call, { tags }] of await operationsOf(name)) {
      expect(tags, call).toHaveLength(1)
      expect(TAGS, call).toContain(tags?.[0])
    }
  })

  it('has a name of its own', async () => {
    const operations = await operationsOf(name)
    for (const [call, { operationId }] of operations) expect(operationId, call).toMatch(/^[a-z][A-Za-z0-9]+$/)
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length)
  })
})

describe('an operation id', () => {
  it.each([
    ['main', 'get /', 'getRoot'],
    ['main', 'get /api/v2/runs/{id}/depth.png', 'getApiV2RunsByIdDepthPng'],
    // The body of this route is described by a transform of its own.
    ['main', 'post /api/v2/runs', 'postApiV2Runs'],
    ['camera', 'get /streams/calib', 'getStreamsCalib'],
    ['camera', 'get /streams/calibration', 'getStreamsCalibration'],
  ] as const)('%s %s is %s', async (name, call, expected) => {
    expect(new Map(await operationsOf(name)).get(call)?.operationId).toBe(expected)
  })
})
