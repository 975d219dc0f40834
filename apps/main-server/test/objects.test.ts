import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ObjectListV2, ObjectReportV2 } from '@sextant/contracts'
import type { TriangleMesh } from '@sextant/geometry'
import { publishTemplateSet } from '@sextant/library'
import { encodePly, scaleMesh } from '@sextant/mesh'
import type { ServiceApp } from '@sextant/service-kit'
import {
  createTemplateEncoders,
  createTemplateWorkspace,
  depthScaleFor,
  describeTemplateSet,
  TEMPLATE_RECIPE_DEFAULTS,
  templateFiles,
} from '@sextant/templates'
import { createBoxMesh, createBracketMesh } from '@sextant/testkit'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { compose, type Dependencies } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'

const MEBIBYTE = 1024 * 1024
let app: ServiceApp
let deps: Dependencies
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-objects-'))
  deps = await compose(
    readConfig({
      SEXTANT_STATIC_DIR: root,
      LOG_LEVEL: 'SILENT',
      SEXTANT_OBJECT_MAX_MB: '1',
      SEXTANT_OBJECT_MAX_FACES: '500',
    }),
  )
  app = await buildApp(deps)
})
beforeEach(() => mkdir(join(root, 'meshes'), { recursive: true }))
afterEach(async () => {
  for (const folder of ['meshes', 'templates']) await rm(join(root, folder), { recursive: true, force: true })
})
afterAll(async () => {
  await app.close()
  await rm(root, { recursive: true })
})

/** 100 x 60 x 30 mm: 120 mm across. */
const box = createBoxMesh([0, 0, 0], [100, 60, 30])

interface Form {
  readonly bytes?: Uint8Array | string
  readonly fileName?: string
  readonly unit?: string
  readonly query?: string
}

function upload(path: string, { bytes = encodePly(box), fileName = 'part.ply', unit, query = '' }: Form = {}) {
  const edge = 'edge-of-part'
  const field = unit === undefined ? '' : `--${edge}\r\ncontent-disposition: form-data; name="unit"\r\n\r\n${unit}\r\n`
  const head = `--${edge}\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\ncontent-type: application/octet-stream\r\n\r\n`
  return app.inject({
    method: 'POST',
    url: `/api/v2/objects/${path}${query}`,
    headers: { 'content-type': `multipart/form-data; boundary=${edge}` },
    // The unit comes after the file: a reader that stops at the file would miss it.
    payload: Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(`\r\n${field}--${edge}--\r\n`)]),
  })
}
const get = (path: string) => app.inject({ method: 'GET', url: `/api/v2/objects${path}` })
const patch = (path: string, payload: object) =>
  app.inject({ method: 'PATCH', url: `/api/v2/objects/${path}`, payload })
const report = async (path: string): Promise<ObjectReportV2> => (await get(`/${path}`)).json()
/** All files below `meshes`. */
const files = async (): Promise<string[]> =>
  (await readdir(join(root, 'meshes'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort()

async function renderTemplates(className: string, name: string, mesh: TriangleMesh): Promise<void> {
  const object = await deps.library.findObject(className, name)
  const recipe = { ...TEMPLATE_RECIPE_DEFAULTS, imageSize: 128, focalLength: 178 }
  const workspace = createTemplateWorkspace(mesh, recipe)
  const { cameraDistance } = workspace.scene
  const views = templateFiles(workspace, createTemplateEncoders(), depthScaleFor(cameraDistance))
  const cadSha256 = await deps.library.digestOf(object.cadPath)
  const source = { cadFileName: object.cadFile, cadSha256, diameterMm: 120, createdBy: 'test' }
  await publishTemplateSet(object.templateDirectory, views, describeTemplateSet(recipe, cameraDistance, source))
}

describe('an object', () => {
  it('is uploaded, listed, reported on, drawn, renamed and deleted', async () => {
    expect((await get('')).json()).toEqual({ objects: [], classes: [] })
    const created = await upload('parts/box')
    expect(created.statusCode).toBe(201)
    expect(created.json<ObjectReportV2>()).toMatchObject({
      className: 'parts',
      name: 'box',
      cadFile: 'box.ply',
      hasTemplates: false,
      label: null,
      unit: { unit: 'mm', basis: 'inferred', verdict: 'plausible', millimetersPerUnit: 1 },
      mesh: {
        vertexCount: 8,
        faceCount: 12,
        degenerateFaceCount: 0,
        boundingBox: { min: [0, 0, 0], max: [100, 60, 30], size: [100, 60, 30] },
        centroidOffset: [50, 30, 15],
        isWatertight: true,
        colors: 'vertex',
      },
      warnings: [],
    })
    const { mesh, symmetries } = created.json<ObjectReportV2>()
    expect(mesh.diameter).toBeCloseTo(Math.hypot(100, 60, 30), 3)
    expect(symmetries.source).toBe('geometry')
    // The three half turns of a box; each keeps the centre.
    expect(symmetries.symmetries_discrete).toHaveLength(3)
    for (const m of symmetries.symmetries_discrete) {
      const at = (r: number): number => [50, 30, 15, 1].reduce((sum, value, c) => sum + value * (m[4 * r + c] ?? 0), 0)
      expect(Math.hypot(at(0) - 50, at(1) - 30, at(2) - 15)).toBeLessThan(3)
    }

    const listed = (await get('')).json<ObjectListV2>()
    expect(listed.classes).toEqual(['parts'])
    expect(listed.objects).toMatchObject([
      { className: 'parts', name: 'box', unit: { unit: 'mm', basis: 'inferred', verdict: 'plausible' } },
    ])
    expect(await report('parts/box')).toEqual(created.json())

    const picture = await get('/parts/box/thumbnail.png?size=64')
    expect(picture.headers['content-type']).toBe('image/png')
    const { data, info } = await sharp(picture.rawPayload).raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height, info.channels]).toEqual([64, 64, 4])
    const alpha = Array.from({ length: 64 * 64 }, (_, i) => data[4 * i + 3] ?? 0)
    expect(alpha[0]).toBe(0)
    expect(alpha[32 * 64 + 32]).toBe(255)
    expect(alpha.filter((value) => value > 0).length).toBeGreaterThan(64 * 64 * 0.25)
    const again = await app.inject({
      url: '/api/v2/objects/parts/box/thumbnail.png?size=64',
      headers: { 'if-none-match': String(picture.headers.etag) },
    })
    expect(again.statusCode).toBe(304)

    const renamed = await patch('parts/box', { name: 'brick', className: 'toys', label: 'a red brick' })
    expect(renamed.statusCode).toBe(200)
    expect(renamed.json()).toMatchObject({
      className: 'toys',
      name: 'brick',
      cadFile: 'brick.ply',
      label: 'a red brick',
    })
    expect((await get('/parts/box')).json()).toMatchObject({ status: 404, code: 'object.not_found' })
    expect((await get('')).json()).toMatchObject({
      classes: ['toys'],
      objects: [{ name: 'brick', label: 'a red brick' }],
    })

    expect((await app.inject({ method: 'DELETE', url: '/api/v2/objects/toys/brick' })).statusCode).toBe(204)
    expect((await app.inject({ method: 'DELETE', url: '/api/v2/objects/toys/brick' })).statusCode).toBe(404)
    expect(await readdir(join(root, 'meshes'))).toEqual([])
  })

  it('takes declared symmetries, and gives them back to geometry', async () => {
    await upload('parts/bracket', { bytes: encodePly(createBracketMesh()) })
    expect((await report('parts/bracket')).symmetries.symmetries_discrete).toEqual([])
    const symmetries = { symmetries_continuous: [{ axis: [0, 0, 1], offset: [1, 2, 3] }] }
    await patch('parts/bracket', { symmetries })
    expect((await report('parts/bracket')).symmetries).toEqual({
      source: 'manifest',
      symmetries_discrete: [],
      ...symmetries,
    })
    await patch('parts/bracket', { symmetries: null })
    expect((await report('parts/bracket')).symmetries.source).toBe('geometry')
    expect(await files()).toEqual(['bracket.ply'])
  })

  it('is noticed when it is dropped into the folder', async () => {
    await mkdir(join(root, 'meshes/dropped'))
    await writeFile(join(root, 'meshes/dropped/box.ply'), encodePly(scaleMesh(box, 0.001)))
    await writeFile(join(root, 'meshes/dropped/box_backup.ply'), encodePly(box))
    expect((await get('')).json()).toMatchObject({ objects: [{ name: 'box', unit: null }] })
    expect(await report('dropped/box')).toMatchObject({ unit: { unit: null, verdict: 'ask', basis: 'inferred' } })
    expect((await get('')).json()).toMatchObject({ objects: [{ unit: { unit: null, verdict: 'ask' } }] })
    const { digest } = await report('dropped/box')
    await writeFile(join(root, 'meshes/dropped/library.json'), '{ "unit": "m" }')
    const declared = await report('dropped/box')
    expect(declared).toMatchObject({ unit: { unit: 'm', verdict: 'certain', basis: 'manifest' } })
    expect(declared.mesh.boundingBox.size[0]).toBeCloseTo(100, 3)
    expect(declared.digest).not.toBe(digest)
  })
})

describe('a unit', () => {
  it.each([
    [0.001, null, 'mesh.unit_ambiguous', ['m']],
    [0.01, null, 'mesh.unit_ambiguous', ['in', 'cm']],
    [0.1, null, 'mesh.unit_ambiguous', ['cm', 'in', 'mm']],
    [25.4, null, 'mesh.unit_ambiguous', []],
    [1000, null, 'mesh.unit_ambiguous', ['um']],
    [1000, 'm', 'mesh.scale_implausible', undefined],
    [1, 'km', 'request.schema_violation', undefined],
  ])('of a box times %d declared as %s is refused: %s', async (factor, unit, code, units) => {
    const response = await upload('parts/box', {
      bytes: encodePly(scaleMesh(box, factor)),
      ...(unit === null ? {} : { unit }),
    })
    const problem = response.json<{ code: string; detail: string; data?: { alternatives: { unit: string }[] } }>()
    expect(problem.code).toBe(code)
    expect(problem.data?.alternatives.map((alternative) => alternative.unit)).toEqual(units)
    for (const name of units ?? []) if (name !== 'mm') expect(problem.detail).toContain(`drawn in ${name}`)
    expect(await readdir(join(root, 'meshes'))).toEqual([])
  })

  it.each([
    [0.001, 'm'],
    [0.1, 'cm'],
    [1 / 25.4, 'in'],
    [1000, 'um'],
    [1, 'mm'],
  ])('of a box times %d declared as %s is believed, and holds for everybody who reads it', async (factor, unit) => {
    const response = await upload('parts/box', { bytes: encodePly(scaleMesh(box, factor)), unit })
    expect(response.statusCode).toBe(201)
    const { mesh, unit: verdict } = response.json<ObjectReportV2>()
    expect(mesh.diameter).toBeCloseTo(Math.hypot(100, 60, 30), 2)
    expect(verdict).toMatchObject({ unit, basis: 'manifest', verdict: 'certain' })
    const triangles = await app.inject({ url: '/api/v2/meshes/parts/box' })
    const positions = new Float32Array(new Uint8Array(triangles.rawPayload).buffer, 16, 24)
    expect(Math.max(...positions)).toBeCloseTo(100, 2)
  })

  it('is changed later, and moves with the object', async () => {
    await upload('parts/box', { bytes: encodePly(scaleMesh(box, 0.1)), unit: 'cm' })
    await renderTemplates('parts', 'box', box)
    expect((await report('parts/box')).hasTemplates).toBe(true)
    const inches = await patch('parts/box', { unit: 'in' })
    expect(inches.json()).toMatchObject({ unit: { unit: 'in' }, hasTemplates: false })
    expect(inches.json<ObjectReportV2>().mesh.diameter).toBeCloseTo(2.54 * Math.hypot(100, 60, 30), 1)
    expect((await patch('parts/box', { unit: 'm' })).json()).toMatchObject({ code: 'mesh.scale_implausible' })
    await mkdir(join(root, 'meshes/metres'))
    await writeFile(join(root, 'meshes/metres/library.json'), '{ "unit": "m" }')
    await patch('parts/box', { unit: null })
    const moved = await patch('parts/box', { className: 'metres' })
    expect(moved.json()).toMatchObject({ className: 'metres', unit: { unit: 'mm' } })
    expect(moved.json<ObjectReportV2>().mesh.diameter).toBeCloseTo(0.1 * Math.hypot(100, 60, 30), 2)
  })
})

describe('an upload', () => {
  it('does not replace unless it is asked to; templates of the old CAD go', async () => {
    await upload('parts/box')
    await renderTemplates('parts', 'box', box)
    const sheet = await get('/parts/box/contact-sheet.png')
    expect(sheet.statusCode).toBe(200)
    const { width, height } = await sharp(sheet.rawPayload).metadata()
    expect([width, height]).toEqual([7 * 128, 6 * 128])
    expect(await report('parts/box')).toMatchObject({ hasTemplates: true })

    const other = encodePly(createBoxMesh([0, 0, 0], [80, 60, 30]))
    expect((await upload('parts/box', { bytes: other })).json()).toMatchObject({ status: 409, code: 'object.exists' })
    // The same file again: its templates are as good as before.
    expect((await upload('parts/box', { query: '?replace=true' })).json()).toMatchObject({ hasTemplates: true })

    const replaced = await upload('parts/box', { bytes: other, query: '?replace=true' })
    expect(replaced.statusCode).toBe(201)
    expect(replaced.json()).toMatchObject({ hasTemplates: false, mesh: { boundingBox: { size: [80, 60, 30] } } })
    expect((await get('/parts/box/contact-sheet.png')).json()).toMatchObject({ status: 404, code: 'bundle.not_found' })
    expect(existsSync(join(root, 'templates/parts/box'))).toBe(false)
  })

  it('replaces a file of another format and unit', async () => {
    await upload('parts/box', { bytes: encodePly(scaleMesh(box, 0.001)), unit: 'm' })
    const obj = 'v 0 0 0\nv 90 0 0\nv 0 60 0\nv 0 0 30\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n'
    const replaced = await upload('parts/box', { bytes: obj, fileName: 'a.OBJ', query: '?replace=true' })
    expect(replaced.json()).toMatchObject({ cadFile: 'box.obj', unit: { unit: 'mm', basis: 'inferred' } })
    expect(await files()).toEqual(['box.obj'])
  })

  it('keeps templates through a rename', async () => {
    await upload('parts/box')
    await renderTemplates('parts', 'box', box)
    expect((await patch('parts/box', { name: 'brick' })).json()).toMatchObject({ name: 'brick', hasTemplates: true })
    expect((await get('/parts/brick/contact-sheet.png')).statusCode).toBe(200)
    await upload('parts/box')
    expect((await patch('parts/box', { name: 'brick' })).json()).toMatchObject({ code: 'object.exists' })
    expect((await app.inject({ method: 'DELETE', url: '/api/v2/objects/parts/brick' })).statusCode).toBe(204)
    expect(existsSync(join(root, 'templates/parts/brick'))).toBe(false)
  })

  const big = Buffer.alloc(MEBIBYTE + 1, 'ply\n')
  const flat = Buffer.from('v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n')
  const many = `v 0 0 0\nv 50 0 0\nv 0 50 0\n${'f 1 2 3\n'.repeat(501)}`
  it.each([
    ['nothing', { bytes: '' }, 'mesh.undecodable'],
    ['noise', { bytes: 'not a mesh' }, 'mesh.undecodable'],
    ['half a file', { bytes: encodePly(box).subarray(0, 300) }, 'mesh.undecodable'],
    ['no surface', { bytes: flat, fileName: 'a.obj' }, 'mesh.degenerate'],
    ['a format that is none', { fileName: 'a.exe' }, 'mesh.format_unsupported'],
    ['a name without extension', { fileName: 'a' }, 'mesh.format_unsupported'],
    ['too many bytes', { bytes: big }, 'request.too_large'],
    ['too many faces', { bytes: many, fileName: 'a.obj' }, 'mesh.too_large'],
  ])('of %s is refused and leaves nothing behind', async (_, form, code) => {
    expect((await upload('parts/box', form)).json()).toMatchObject({ code })
    expect(await readdir(join(root, 'meshes'))).toEqual([])
    await upload('parts/box')
    expect((await upload('parts/box', { ...form, query: '?replace=true' })).json()).toMatchObject({ code })
    expect(await files()).toEqual(['box.ply'])
    expect(await readFile(join(root, 'meshes/parts/box.ply'))).toEqual(Buffer.from(encodePly(box)))
  })

  const malformed = fileURLToPath(new URL('../../../../shared/data/malformed/mesh/', import.meta.url))
  it.skipIf(!existsSync(malformed))(
    'of files known to be broken is answered with a mesh code or a report',
    async () => {
      for (const fileName of await readdir(malformed)) {
        const response = await upload('broken/part', { bytes: await readFile(join(malformed, fileName)), fileName })
        const answer = response.json<{ code?: string; mesh?: { faceCount: number } }>()
        if (response.statusCode === 201) expect(answer.mesh?.faceCount).toBeGreaterThan(0)
        else expect(answer.code, fileName).toMatch(/^mesh[.]/)
        await app.inject({ method: 'DELETE', url: '/api/v2/objects/broken/part' })
        expect(await files()).toEqual([])
      }
    },
  )

  it('needs the part file, as a form', async () => {
    const headers = { 'content-type': 'application/json' }
    const json = await app.inject({ method: 'POST', url: '/api/v2/objects/a/b', headers, payload: '{}' })
    expect(json.json()).toMatchObject({ status: 415 })
    const form = await app.inject({
      method: 'POST',
      url: '/api/v2/objects/a/b',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x\r\ncontent-disposition: form-data; name="unit"\r\n\r\nmm\r\n--x--\r\n',
    })
    expect(form.json()).toMatchObject({ status: 400, code: 'request.malformed' })
  })
})

describe('a name', () => {
  const outside = '%2e%2e%2f%2e%2e%2foutside'
  it.each([
    `parts/${outside}`,
    `${outside}/box`,
    'parts/..%5Cbox',
    'parts/%00',
    'parts/.hidden',
    'parts/box_backup',
    'parts/a%20',
  ])('%s is never a path or a hidden file', async (path) => {
    expect((await upload(path)).json()).toMatchObject({ status: 400, code: 'request.path_forbidden' })
    await upload('parts/box')
    const [className = '', name = ''] = path.split('/').map(decodeURIComponent)
    const moved = await patch('parts/box', { className, name })
    expect(moved.json()).toMatchObject({ status: 400, code: 'request.path_forbidden' })
    for (const suffix of ['', '/thumbnail.png', '/contact-sheet.png']) {
      expect((await get(`/${path}${suffix}`)).statusCode).toBeGreaterThanOrEqual(400)
    }
    expect(await files()).toEqual(['box.ply'])
  })
})
