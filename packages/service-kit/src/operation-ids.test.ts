import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { operationIdOf, withOperationIds } from './operation-ids.ts'

type Operations = Record<string, Record<string, { operationId?: string }>>

async function idsOf(addRoutes: (app: FastifyInstance) => void): Promise<Record<string, string | undefined>> {
  const app = Fastify()
  await app.register(swagger, {
    openapi: { openapi: '3.1.0' },
    exposeHeadRoutes: true,
    transformObject: withOperationIds,
  })
  addRoutes(app)
  await app.ready()
  const { paths } = app.swagger() as { paths: Operations }
  await app.close()
  const entries = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId }]) => [`${method} ${path}`, operationId] as const),
  )
  return Object.fromEntries(entries)
}

const answer = (): string => ''

describe('the name of an operation', () => {
  it.each([
    ['get', '/', 'getRoot'],
    ['get', '/health', 'getHealth'],
    ['get', '/api/v2/runs/{id}/depth.png', 'getApiV2RunsByIdDepthPng'],
    ['patch', '/api/v2/objects/{className}/{objectName}', 'patchApiV2ObjectsByClassNameByObjectName'],
    ['post', '/api/v1/workflow/full-pipeline-from-rss', 'postApiV1WorkflowFullPipelineFromRss'],
    ['get', '/streams/color_jpeg', 'getStreamsColorJpeg'],
  ])('%s %s is %s', (method, path, expected) => {
    expect(operationIdOf(method, path)).toBe(expected)
  })
})

describe('a document with operation ids', () => {
  it('names a HEAD beside its GET, and each method of one route', async () => {
    const ids = await idsOf((app) => {
      app.get('/runs/:id', answer)
      app.route({ method: ['PUT', 'PATCH'], url: '/both', handler: answer })
    })
    expect(ids).toEqual({
      'get /runs/{id}': 'getRunsById',
      'head /runs/{id}': 'headRunsById',
      'put /both': 'putBoth',
      'patch /both': 'patchBoth',
    })
  })

  it('keeps the names that routes give themselves', async () => {
    const ids = await idsOf((app) => {
      app.post('/runs', { schema: { operationId: 'startRun' } }, answer)
    })
    expect(ids).toEqual({ 'post /runs': 'startRun' })
  })

  it('numbers those that would be the same, also as a name given', async () => {
    const ids = await idsOf((app) => {
      app.post('/depth.png', answer)
      app.post('/depth/png', answer)
      app.post('/depth-png', { schema: { operationId: 'postDepthPng' } }, answer)
    })
    expect(ids).toEqual({
      'post /depth.png': 'postDepthPng2',
      'post /depth/png': 'postDepthPng3',
      'post /depth-png': 'postDepthPng',
    })
  })
})
