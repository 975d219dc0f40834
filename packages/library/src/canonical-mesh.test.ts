import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encodeColorPng } from '@sextant/image'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canonicalMesh, type CadFile } from './canonical-mesh.ts'
import { convertInWorker } from './convert-in-worker.ts'
import { readObjectMesh } from './object-mesh.ts'
import { readSibling } from './read-sibling.ts'

/** Parts that occt-import-js ships for its own tests. */
const parts = join(dirname(createRequire(import.meta.url).resolve('occt-import-js')), '../test/testfiles')

let root: string
let folder: string
let cache: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-canonical-'))
  folder = join(root, 'meshes', 'parts')
  cache = join(root, 'cache', 'meshes')
  await mkdir(folder, { recursive: true })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = async (name: string, text: string): Promise<string> => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}
const cadFile = async (path: string): Promise<CadFile> => ({
  directory: dirname(path),
  fileName: path.slice(dirname(path).length + 1),
  bytes: await readFile(path),
})

describe('a STEP assembly', () => {
  it('is converted once; what is read back is what was converted', async () => {
    const path = join(folder, 'assembly.stp')
    await copyFile(join(parts, 'cax-if/as1-oc-214.stp'), path)
    const [first, second] = await Promise.all([readObjectMesh(path), readObjectMesh(path)])
    expect(second).toBe(first)
    const [name = '', ...others] = await readdir(cache)
    expect(others).toEqual([])
    const { mtimeMs } = await stat(join(cache, name))
    const again = await readObjectMesh(path)
    expect(again).toEqual(first)
    expect(again.unit).toEqual({ millimetersPerUnit: 1, basis: 'file' })
    expect(again.mesh.colors).toBeDefined()
    // Used, not written anew: the time moves, the bytes stay.
    const bytes = await readFile(join(cache, name))
    await utimes(join(cache, name), 1, 1)
    await readObjectMesh(path)
    expect((await stat(join(cache, name))).mtimeMs).toBeGreaterThanOrEqual(mtimeMs)
    expect(await readFile(join(cache, name))).toEqual(bytes)
  })

  it('a kept mesh that was cut short is made anew', async () => {
    const path = join(folder, 'cube.step')
    await copyFile(join(parts, 'cube-units/cube-in.step'), path)
    const first = await readObjectMesh(path)
    const [name = ''] = await readdir(cache)
    await writeFile(join(cache, name), (await readFile(join(cache, name))).subarray(0, -20))
    expect(await readObjectMesh(path)).toEqual(first)
  })

  it('the unit declared beside it wins over its own', async () => {
    const path = join(folder, 'cube.step')
    await copyFile(join(parts, 'cube-fcstd/cube.step'), path)
    await put('library.json', JSON.stringify({ unit: 'cm' }))
    const { mesh } = await readObjectMesh(path)
    expect(Math.max(...mesh.positions)).toBeCloseTo(100, 3)
  })

  it('past its time or its faces it is refused with a code, and the process lives on', async () => {
    const path = join(folder, 'assembly.stp')
    await copyFile(join(parts, 'cax-if/as1-oc-214.stp'), path)
    const file = await cadFile(path)
    const conversion = { timeoutMs: 30, maxMemoryBytes: 2 ** 31 }
    await expect(canonicalMesh(file, { conversion })).rejects.toMatchObject({
      code: 'deadline.exceeded',
      message: expect.stringContaining('assembly.stp'),
    })
    await expect(canonicalMesh(file, { limits: { maxFaces: 100 } })).rejects.toMatchObject({ code: 'mesh.too_large' })
    await expect(readdir(cache)).rejects.toThrow()
    await canonicalMesh(file)
    // The kept one obeys the limit too.
    await expect(canonicalMesh(file, { limits: { maxFaces: 100 } })).rejects.toMatchObject({ code: 'mesh.too_large' })
  })

  it.each([
    ['the heap', 'part.off', `OFF\n3 400000 0\n0 0 0\n1 0 0\n0 1 0\n${'3 0 1 2\n'.repeat(400_000)}`],
    ['a foreign parser', 'part.3ds', studioFile(60_000)],
  ])('when %s runs full, the thread ends and the process lives on', async (_, fileName, content) => {
    const task = { bytes: Buffer.from(content), fileName, directory: folder, limits: {} }
    await expect(convertInWorker(task, { timeoutMs: 60_000, maxMemoryBytes: 18 * 2 ** 20 })).rejects.toMatchObject({
      code: 'mesh.too_large',
      message: expect.stringContaining('18 MB'),
    })
  })
})

describe('a textured OBJ', () => {
  const OBJ = 'mtllib part.mtl\nv 0 0 0\nv 10 0 0\nv 0 10 0\nvt 0 0\nvt 1 0\nvt 0 1\nusemtl m\nf 1/1 2/2 3/3\n'
  const picture = (value: number): Promise<Uint8Array> =>
    encodeColorPng({ width: 2, height: 2, data: new Uint8Array(12).fill(value) })

  it('a texture that arrives or changes later is noticed', async () => {
    const path = await put('part.obj', OBJ)
    await put('part.mtl', 'newmtl m\nmap_Kd label.png\n')
    const bare = await readObjectMesh(path)
    expect(bare.mesh.colors).toBeUndefined()
    expect(bare.warnings.join()).toContain('label.png')
    for (const value of [200, 100]) {
      await writeFile(join(folder, 'label.png'), await picture(value))
      const { mesh, warnings } = await readObjectMesh(path)
      expect(warnings).toEqual([])
      expect([...mesh.colors!.subarray(0, 3)]).toEqual([value, value, value])
    }
    expect(await readdir(cache)).toHaveLength(1)
  })

  it('nothing outside the folder of the CAD is read', async () => {
    await writeFile(join(root, 'secret.mtl'), 'newmtl m\nKd 1 0 0\n')
    for (const name of ['../../secret.mtl', join(root, 'secret.mtl'), '..\\..\\secret.mtl', 'a\0b']) {
      expect(await readSibling(folder, name)).toBeNull()
    }
    const { mesh } = await readObjectMesh(await put('part.obj', OBJ.replace('part.mtl', '../../secret.mtl')))
    expect(mesh.colors).toBeUndefined()
  })
})

it('a CAD file outside a static folder is read and leaves nothing behind', async () => {
  const path = join(root, 'cube.step')
  await copyFile(join(parts, 'cube-fcstd/cube.step'), path)
  expect((await readObjectMesh(path)).mesh.faces.length / 3).toBe(12)
  expect(await readdir(root)).toEqual(['cube.step', 'meshes'])
})

it('what no parser can read is refused, naming the file', async () => {
  await expect(readObjectMesh(await put('part.glb', 'solid'))).rejects.toMatchObject({
    code: 'mesh.undecodable',
    message: expect.stringContaining('part.glb'),
  })
})

/** A 3D Studio file of many triangles on three vertices. */
function studioFile(faceCount: number): Buffer {
  const chunk = (id: number, ...content: Uint8Array[]): Buffer => {
    const head = Buffer.alloc(6)
    head.writeUInt16LE(id)
    head.writeUInt32LE(6 + content.reduce((sum, part) => sum + part.length, 0), 2)
    return Buffer.concat([head, ...content])
  }
  const words = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer)
  const corners = new Uint8Array(Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0).buffer)
  const faces = Buffer.concat(Array.from({ length: faceCount }, () => words(0, 1, 2, 7)))
  const mesh = chunk(0x4100, chunk(0x4110, words(3), corners), chunk(0x4120, words(faceCount), faces))
  return chunk(0x4d4d, chunk(0x3d3d, chunk(0x4000, Buffer.from('part\0'), mesh)))
}
