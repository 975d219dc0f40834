import type { ServiceApp } from '@sextant/service-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFourServices, type FourServices } from './four-services.ts'

let services: FourServices
beforeAll(async () => {
  services = await startFourServices()
})
afterAll(() => services.close())

interface Schema {
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

const NAMES = ['main', 'ism', 'pem', 'render'] as const

async function postsOf(app: ServiceApp): Promise<[path: string, post: Operation][]> {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, { post?: Operation }> }>()
  return Object.entries(paths).flatMap(([path, { post }]) => (post === undefined ? [] : [[path, post]]))
}

/** A form without what is asked for: who reads forms says which part it misses. */
const FORM = {
  method: 'POST',
  headers: { 'content-type': 'multipart/form-data; boundary=x' },
  payload: '--x\r\ncontent-disposition: form-data; name="unit"\r\n\r\nmm\r\n--x--\r\n',
} as const

async function readsForms(app: ServiceApp, path: string): Promise<boolean> {
  const { body } = await app.inject({ ...FORM, url: path.replaceAll(/\{\w+\}/g, 'nobody') })
  return body.includes('the form needs the part')
}

const formOf = ({ requestBody }: Operation): Schema | undefined => requestBody?.content['multipart/form-data']?.schema

describe('a form in the OpenAPI document', () => {
  it.each(NAMES)('%s describes it for each POST that reads one, and for no other', async (name) => {
    const posts = await postsOf(services[name])
    expect(posts.length).toBeGreaterThan(0)
    for (const [path, post] of posts) {
      expect([path, formOf(post) !== undefined]).toEqual([path, await readsForms(services[name], path)])
    }
  })

  it.each([
    ['main', '/api/v2/runs', ['objects', 'engine', 'camParams']],
    ['main', '/api/v2/scenes', ['objects', 'classes', 'engine']],
    ['ism', '/api/v2/detections', ['className', 'camera', 'limit']],
    ['pem', '/api/v2/poses', ['className', 'camera', 'detections']],
  ] as const)('%s %s: the request and two images', async (name, path, fields) => {
    const post = new Map(await postsOf(services[name])).get(path)
    const form = post === undefined ? undefined : formOf(post)
    expect(form?.required).toEqual(['request', 'color', 'depth'])
    expect(Object.keys(form?.properties?.request?.properties ?? {})).toEqual(expect.arrayContaining([...fields]))
    for (const image of ['color', 'depth']) {
      expect(form?.properties?.[image]).toMatchObject({ type: 'string', format: 'binary' })
    }
  })

  it('of a CAD has its unit, which may be left out', async () => {
    const post = new Map(await postsOf(services.main)).get('/api/v2/objects/{className}/{objectName}')
    expect(post === undefined ? undefined : formOf(post)).toMatchObject({
      required: ['file'],
      properties: { file: { format: 'binary' }, unit: { enum: ['mm', 'cm', 'm', 'in', 'um'] } },
    })
  })

  it.each(['/api/v2/runs', '/api/v2/scenes'])('%s is described as JSON besides', async (path) => {
    const post = new Map(await postsOf(services.main)).get(path)
    expect(post?.requestBody?.content['application/json']?.schema.properties).toHaveProperty('engine')
  })
})
