import type { RunV2, SceneResponseV2 } from '@sextant/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postFrame, readExampleFrame, type ExampleFrame } from './example-frame.ts'
import { startFourServices, type FourServices } from './four-services.ts'

let services: FourServices
let base: string
let frame: ExampleFrame

beforeAll(async () => {
  services = await startFourServices()
  base = await services.main.listen({ host: '127.0.0.1', port: 0 })
  frame = await readExampleFrame()
})
afterAll(() => services.close())

const BOX = { className: 'example', objectName: 'box' }

/** A run from its request to its end. */
async function run(fields: object): Promise<RunV2> {
  const { id } = (await (await postFrame(`${base}/api/v2/runs`, frame, { objects: [BOX], ...fields })).json()) as RunV2
  await (await fetch(`${base}/api/v2/runs/${id}/events`)).text()
  return (await (await fetch(`${base}/api/v2/runs/${id}`)).json()) as RunV2
}

const scene = (fields: object, headers?: Record<string, string>): Promise<Response> =>
  postFrame(`${base}/api/v2/scenes`, frame, { objects: [BOX], ...fields }, headers)

describe('the engine of a run', () => {
  it.each(['auto', 'geometric', null] as const)(
    '%s: the answer tells what was asked and what answered',
    async (engine) => {
      const { status, engine: asked, objects } = await run({ engine })
      expect([status, asked]).toEqual(['succeeded', engine])
      const engines = Object.entries(objects[0]?.stages ?? {}).map(([stage, report]) => [stage, report.engine])
      expect(Object.fromEntries(engines)).toEqual({ templates: null, segmentation: 'geometric', pose: 'geometric' })
    },
  )

  it('is not asked of a stage that is passed over', async () => {
    const { objects } = await run({ engine: 'geometric', box: { x0: 0, y0: 0, x1: 640, y1: 480 } })
    expect(objects[0]?.stages).toMatchObject({ segmentation: { engine: null }, pose: { engine: 'geometric' } })
  })

  it('that no server has fails the run, by name and with what to do', async () => {
    const { status, error, objects } = await run({ engine: 'sam6d' })
    expect(status).toBe('failed')
    expect(error).toMatchObject({ code: 'engine.unavailable', stage: 'ism', retryable: false })
    expect(error?.detail).toContain('ISM_ENGINE=sam6d')
    expect(objects[0]?.poses).toEqual([])
  })
})

describe('the engine of a scene', () => {
  it('is told for every object', async () => {
    const response = await scene({ objects: [], classes: ['example'], engine: 'auto' })
    const { objects } = (await response.json()) as SceneResponseV2
    expect(Object.fromEntries(objects.map(({ objectName, engine }) => [objectName, engine]))).toEqual({
      box: 'geometric',
      mug: 'geometric',
      garbage: null,
      empty: null,
    })
  })

  it('that is not there refuses the scene, whole or as events', async () => {
    const response = await scene({ engine: 'sam6d' })
    expect([response.status, await response.json()]).toEqual([
      409,
      expect.objectContaining({ code: 'engine.unavailable', detail: expect.stringContaining('ISM_ENGINE=sam6d') }),
    ])
    const events = await (await scene({ engine: 'sam6d' }, { accept: 'text/event-stream' })).text()
    expect(events).toMatch(/event: problem\ndata: .*engine\.unavailable/)
  })

  it('is one of three names', async () => {
    const response = await scene({ engine: 'neural' })
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'request.schema_violation', detail: expect.stringContaining('engine') }),
    ])
  })
})

describe('the engine in the OpenAPI document', () => {
  it('is part of the answers', async () => {
    const text = await (await fetch(`${base}/openapi.json`)).text()
    const { paths } = JSON.parse(text) as { paths: Record<string, { post: { responses: Record<string, unknown> } }> }
    expect(JSON.stringify(paths['/api/v2/scenes']?.post.responses['200'])).toContain('"engine"')
    expect(JSON.stringify(paths['/api/v2/runs']?.post.responses['202'])).toContain('"auto"')
  })
})
