import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { LengthUnit, TriangleMesh } from '@sextant/geometry'
import { encodePly, scaleMesh } from '@sextant/mesh'
import { createBoxMesh } from '@sextant/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createObjectEditor, type ObjectEditor } from './edit-objects.ts'
import { openLibrary, type LibraryObject, type ObjectLibrary } from './object-library.ts'
import { readObjectFile, readUsableMesh, digestOfObjectFile } from './object-mesh.ts'
import { stageCad, type StagedCad } from './stage-cad.ts'

const box = createBoxMesh([0, 0, 0], [100, 60, 30])
let root: string
let library: ObjectLibrary
let editor: ObjectEditor
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-editor-'))
  library = openLibrary(root)
  editor = createObjectEditor(library)
})
afterEach(() => rm(root, { recursive: true }))

const stage = (mesh: TriangleMesh, fileName = 'any.ply', limit = 1e6): Promise<StagedCad> =>
  stageCad(root, fileName, Readable.from([encodePly(mesh)]), limit)
const put = async (
  name: string,
  mesh: TriangleMesh,
  unit: LengthUnit | null = null,
  replace = false,
): Promise<LibraryObject> =>
  // prettier-ignore
  editor.publish(await stage(mesh), { className: 'a', name, unit, replace })
const widthOf = async ({ cadPath }: LibraryObject): Promise<number> => {
  const { mesh } = await readUsableMesh(cadPath)
  return Math.max(...mesh.positions)
}
const names = (): Promise<string[]> => readdir(join(root, 'meshes/a')).then((all) => all.sort())
const manifest = async (className = 'a'): Promise<unknown> =>
  JSON.parse(await readFile(join(root, 'meshes', className, 'library.json'), 'utf8'))

describe('the unit of an object', () => {
  it('holds for its mesh and its digest; millimetres leave the digest of the file', async () => {
    const plain = await put('mm', box)
    const metres = await put('m', scaleMesh(box, 0.001), 'm')
    expect(await widthOf(metres)).toBeCloseTo(100, 3)
    const sha256 = createHash('sha256').update(encodePly(box)).digest('hex')
    expect(await library.digestOf(plain.cadPath)).toBe(sha256)
    const bytes = await readFile(metres.cadPath)
    const digest = await library.digestOf(metres.cadPath)
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
    expect(digest).not.toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(digestOfObjectFile(await readObjectFile(metres.cadPath))).toBe(digest)
    await editor.change('a', 'm', { unit: 'cm' })
    expect(await library.digestOf(metres.cadPath)).not.toBe(digest)
  })

  it('is noticed without restart when the manifest is edited by hand', async () => {
    const object = await put('box', box)
    const before = await library.digestOf(object.cadPath)
    await writeFile(join(root, 'meshes/a/library.json'), '{"unit":"cm","objects":{"box":{"unit":"in","note":"mine"}}}')
    expect(await library.declarationOf(object)).toEqual({ unit: 'in', symmetries: null, label: null })
    expect(await widthOf(object)).toBeCloseTo(2540, 0)
    expect(await library.digestOf(object.cadPath)).not.toBe(before)
    // What we do not know is kept.
    await editor.change('a', 'box', { label: 'x', unit: null })
    expect(await manifest()).toEqual({ unit: 'cm', objects: { box: { note: 'mine', label: 'x' } } })
  })

  it('is not guessed when the manifest cannot be read', async () => {
    const object = await put('box', box)
    for (const text of ['{', '[]', '{"unit":"furlong"}', '{"objects":{"box":{"unit":1}}}']) {
      await writeFile(join(root, 'meshes/a/library.json'), text)
      const code = { code: 'library.manifest_invalid' }
      await expect(readUsableMesh(object.cadPath), text).rejects.toMatchObject(code)
      await expect(library.digestOf(object.cadPath), text).rejects.toMatchObject(code)
    }
  })

  it('named like a member of every object is none', async () => {
    const object = await put('constructor', box)
    await editor.change('a', 'constructor', { unit: 'cm' })
    expect(await library.declarationOf(object)).toMatchObject({ unit: 'cm' })
    const other = await put('toString', box)
    expect(await library.declarationOf(other)).toEqual({ unit: null, symmetries: null, label: null })
  })
})

describe('replacing', () => {
  it('is refused unless asked for, and leaves one file', async () => {
    await put('box', box)
    await expect(put('box', box)).rejects.toMatchObject({ code: 'object.exists' })
    await writeFile(join(root, 'meshes/a/box.stl'), 'an older export')
    const staged = await stage(scaleMesh(box, 2))
    const object = await editor.publish(staged, { className: 'a', name: 'box', unit: null, replace: true })
    expect(await widthOf(object)).toBe(200)
    expect(await names()).toEqual(['box.ply'])
  })

  it('keeps the label, drops the unit and symmetries of the old file', async () => {
    await put('box', scaleMesh(box, 0.1), 'cm')
    const symmetries = { symmetries_discrete: [], symmetries_continuous: [] }
    await editor.change('a', 'box', { label: 'brick', symmetries })
    const object = await put('box', box, null, true)
    expect(await library.declarationOf(object)).toEqual({ unit: null, symmetries: null, label: 'brick' })
    expect(await widthOf(object)).toBe(100)
    expect(await names()).toEqual(['box.ply', 'library.json'])
  })

  it('that was cut off is taken back: the old file with its own unit', async () => {
    const object = await put('box', scaleMesh(box, 0.1), 'cm')
    const old = await readFile(object.cadPath)
    // Killed after the old file was hidden and the new unit was written.
    await rename(object.cadPath, join(root, 'meshes/a/.box.ply.old-cm-0123456789ab'))
    await writeFile(join(root, 'meshes/a/library.json'), '{"objects":{"box":{"unit":"m"}}}')
    await expect(library.findObject('a', 'box')).rejects.toMatchObject({ code: 'object.not_found' })
    await put('other', box)
    expect(await readFile((await library.findObject('a', 'box')).cadPath)).toEqual(old)
    expect(await widthOf(object)).toBeCloseTo(100, 3)
    expect(await names()).toEqual(['box.ply', 'library.json', 'other.ply'])
  })

  it('that was cut off at its end is completed: the hidden file goes', async () => {
    const object = await put('box', box)
    await writeFile(join(root, 'meshes/a/.box.ply.old-none-0123456789ab'), 'the old one')
    await editor.change('a', 'box', { label: 'x' })
    expect(await widthOf(object)).toBe(100)
    expect(await names()).toEqual(['box.ply', 'library.json'])
  })

  it('many at once come one after the other', async () => {
    const sizes = [1, 2, 3, 4, 5, 6]
    const isMetric = (k: number): boolean => k % 2 === 0
    await Promise.all(
      sizes.map((k) => put('box', scaleMesh(box, isMetric(k) ? 0.1 * k : k), isMetric(k) ? 'cm' : null, true)),
    )
    // Whoever came last: its file with its unit.
    const width = await widthOf(await library.findObject('a', 'box'))
    expect(sizes.map((k) => 100 * k)).toContain(Math.round(width * 100) / 100)
    await Promise.all(sizes.map((k) => editor.change('a', 'box', { label: String(k), name: 'box' })))
    expect(await names()).toEqual(['box.ply', 'library.json'])
  })
})

describe('moving and removing', () => {
  it('takes all formats of the object along, and says the unit where the class has another', async () => {
    await put('box', box)
    await writeFile(join(root, 'meshes/a/box.obj'), 'another format')
    await mkdir(join(root, 'meshes/b'))
    await writeFile(join(root, 'meshes/b/library.json'), '{"unit":"m"}')
    const moved = await editor.change('a', 'box', { className: 'b', name: 'brick' })
    expect(await widthOf(moved)).toBe(100)
    expect(await manifest('b')).toEqual({ unit: 'm', objects: { brick: { unit: 'mm' } } })
    expect(await readdir(join(root, 'meshes'))).toEqual(['b'])
    await editor.remove('b', 'brick')
    expect(await manifest('b')).toEqual({ unit: 'm' })
    await expect(library.findObject('b', 'brick')).rejects.toMatchObject({ code: 'object.not_found' })
  })

  it('never covers another object', async () => {
    await put('one', box)
    await put('two', scaleMesh(box, 2))
    await expect(editor.change('a', 'one', { name: 'two' })).rejects.toMatchObject({ code: 'object.exists' })
    expect(await widthOf(await library.findObject('a', 'two'))).toBe(200)
  })

  it('leaves files that are no templates', async () => {
    const { templateDirectory } = await put('box', box)
    await mkdir(templateDirectory, { recursive: true })
    for (const name of ['rgb_0.png', 'manifest.json', 'notes.txt']) await writeFile(join(templateDirectory, name), 'x')
    await editor.remove('a', 'box')
    expect(await readdir(templateDirectory)).toEqual(['notes.txt'])
  })
})

describe('stageCad', () => {
  it('stops at the limit and leaves nothing', async () => {
    await expect(stage(box, 'x.ply', 100)).rejects.toMatchObject({ code: 'request.too_large' })
    await expect(stage(box, 'x.docx')).rejects.toMatchObject({ code: 'mesh.format_unsupported' })
    expect(await readdir(join(root, 'meshes'))).toEqual([])
  })

  it('leaves nothing when the sender goes away', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('ply\n')
        throw new Error('the connection is gone')
      })(),
    )
    await expect(stageCad(root, 'x.ply', broken, 1e6)).rejects.toThrow('gone')
    expect(await readdir(join(root, 'meshes'))).toEqual([])
  })
})
