import { PlatformError } from '@sextant/contracts'
import { decode, encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { boundingBox } from './measure.ts'
import { parseMesh } from './parse-mesh.ts'
import { parseMtl } from './parse-mtl.ts'
import { needsReadMesh, readMesh, type ReadMesh } from './read-mesh.ts'

const text = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`)

/** Left half green, right half blue; the lowest quarter white all over. */
const PICTURE = new Uint8Array(
  encode({
    width: 32,
    height: 32,
    channels: 3,
    data: Uint8Array.from({ length: 3 * 32 * 32 }, (_, i) => {
      const [pixel, channel] = [Math.floor(i / 3), i % 3]
      if (pixel >= 32 * 24) return 255
      return (pixel % 32 < 16 ? [0, 200, 0] : [0, 0, 200])[channel]
    }),
  }),
)

function read(
  bytes: Uint8Array,
  name: string,
  siblings: Readonly<Record<string, Uint8Array>> = { 'label.png': PICTURE },
): Promise<ReadMesh> {
  return readMesh(bytes, name, {
    readSibling: (sibling) => Promise.resolve(siblings[sibling] ?? null),
    decodeImage: (image, what) => {
      try {
        const { width, height, data } = decode(image)
        return Promise.resolve({ width, height, data: Uint8Array.from(data) })
      } catch (cause) {
        return Promise.reject(new PlatformError('image.undecodable', { detail: `${what} is no PNG`, cause }))
      }
    },
  })
}

/** Colour of the vertex nearest to a point of the square 0..10, 0..10. */
function colorAt({ mesh }: ReadMesh, x: number, y: number): number[] {
  let best = Infinity
  let at = -1
  for (let i = 0; i < mesh.positions.length / 3; i++) {
    const distance = Math.hypot(mesh.positions[3 * i] - x, mesh.positions[3 * i + 1] - y)
    if (distance < best) [best, at] = [distance, i]
  }
  return [...mesh.colors!.subarray(3 * at, 3 * at + 3)]
}

const SQUARE = ['v 0 0 0', 'v 10 0 0', 'v 10 10 0', 'v 0 10 0']
const MTL = text([
  '# by hand',
  'newmtl printed',
  'Kd 0 0 0',
  'map_Kd -s 1 1 1 -clamp on C:\\parts\\label.png',
  'newmtl red plastic',
  'Kd 1 0 0',
])
const OBJ = text([
  'mtllib part.mtl',
  ...SQUARE,
  'v 0 0 5',
  'v 10 0 5',
  'v 10 10 5',
  'vt 0 0',
  'vt 1 0',
  'vt 1 1',
  'vt 0 1',
  'usemtl printed',
  'f 1/1 2/2 3/3 4/4',
  'usemtl red plastic',
  'f 5 6 7',
])

describe('OBJ with materials', () => {
  const siblings = { 'part.mtl': MTL, 'label.png': PICTURE }

  it('the texture is baked the right way up, on a surface cut fine enough, beside a plain material', async () => {
    const result = await read(OBJ, 'part.obj', siblings)
    expect(result.unit).toEqual({ millimetersPerUnit: 1, basis: 'assumed' })
    expect(result.warnings).toEqual([])
    expect(colorAt(result, 2, 7)).toEqual([0, 200, 0])
    expect(colorAt(result, 8, 7)).toEqual([0, 0, 200])
    expect(colorAt(result, 5, 1)).toEqual([255, 255, 255])
    const reds = [...result.mesh.positions.keys()].filter(
      (i) => i % 3 === 2 && result.mesh.positions[i] === 5 && result.mesh.colors![i - 2] === 255,
    )
    expect(reds).toHaveLength(3)
    expect(boundingBox(result.mesh)).toEqual({ min: [0, 0, 0], max: [10, 10, 5] })
  })

  it('cutting keeps the area and opens no crack: every inner edge has two faces', async () => {
    const { mesh } = await read(text(new TextDecoder().decode(OBJ).split('\n').slice(0, -3)), 'part.obj', siblings)
    let area = 0
    const uses = new Map<string, number>()
    for (let f = 0; f < mesh.faces.length; f += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => 3 * mesh.faces[f + k])
      const p = mesh.positions
      area += ((p[b] - p[a]) * (p[c + 1] - p[a + 1]) - (p[c] - p[a]) * (p[b + 1] - p[a + 1])) / 2
      for (const [from, to] of [[a, b], [b, c], [c, a]]) {
        const ends = [from, to].map((i) => `${p[i]},${p[i + 1]}`).sort()
        const isBorder = [0, 1].some((k) => p[from + k] === p[to + k] && [0, 10].includes(p[from + k]))
        if (!isBorder) uses.set(ends.join(' '), (uses.get(ends.join(' ')) ?? 0) + 1)
      }
    } // prettier-ignore
    expect(area).toBeCloseTo(100, 4)
    expect(new Set(uses.values())).toEqual(new Set([2]))
  })

  it('without its materials it loads plainly and says so', async () => {
    const { mesh, warnings } = await read(OBJ, 'part.obj', {})
    expect(mesh.colors).toBeUndefined()
    expect(mesh.faces.length / 3).toBe(3)
    expect(warnings.join()).toContain('part.mtl are not beside the CAD')
  })

  it('a broken texture costs its colours only', async () => {
    const result = await read(OBJ, 'part.obj', { ...siblings, 'label.png': new Uint8Array(9) })
    expect(result.warnings.join()).toContain('label.png')
    expect(colorAt(result, 0, 10)).toEqual([0, 0, 0])
  })

  it('a texture coordinate that is not there is refused', async () => {
    const bytes = text(['mtllib part.mtl', ...SQUARE, 'vt 0 0', 'usemtl printed', 'f 1/1 2/9 3/1'])
    await expect(read(bytes, 'part.obj', siblings)).rejects.toMatchObject({ code: 'mesh.undecodable' })
  })

  it('options of maps, names with spaces and colours outside 0..1 are understood', () => {
    const materials = parseMtl(
      text([
        'newmtl a b',
        'Kd 2 -1 0.5',
        'map_Kd -blendu on -o 0.5 0.25 -s 2 3 my label.png',
        'newmtl c',
        'Kd spectral x',
      ]),
    )
    expect(materials.get('a b')).toMatchObject({
      color: [1, 0, expect.closeTo(0.214, 3)],
      texture: { file: 'my label.png', scale: [2, 3], offset: [0.5, 0.25], isClamped: false },
    })
    expect(materials.get('c')).toEqual({ color: null, texture: null })
  })
})

describe('PLY with a texture', () => {
  const head = (vertex: string[], face: string[]): string[] => [
    'ply', 'format ascii 1.0', 'comment TextureFile label.png',
    'element vertex 4', 'property float x', 'property float y', 'property float z', ...vertex,
    'element face 1', 'property list uchar int vertex_indices', ...face, 'end_header',
  ] // prettier-ignore

  it.each([
    [
      'vertices (BOP)',
      text([...head(['property float texture_u', 'property float texture_v'], []), '0 0 0 0 0', '10 0 0 1 0', '10 10 0 1 1', '0 10 0 0 1', '4 0 1 2 3']),
    ],
    [
      'corners (MeshLab)',
      text([...head([], ['property list uchar float texcoord', 'property int texnumber']), '0 0 0', '10 0 0', '10 10 0', '0 10 0', '4 0 1 2 3 8 0 0 1 0 1 1 0 1 0']),
    ],
  ])('coordinates of %s', async (_, bytes) => {
    expect(needsReadMesh(bytes, 'part.ply')).toBe(true)
    const result = await read(bytes, 'part.ply')
    expect(colorAt(result, 2, 7)).toEqual([0, 200, 0])
    expect(colorAt(result, 8, 7)).toEqual([0, 0, 200])
    expect(colorAt(result, 5, 1)).toEqual([255, 255, 255])
    expect(parseMesh(bytes, 'part.ply').mesh.faces.length / 3).toBe(2)
  }) // prettier-ignore

  it('millions of vertices in a few bytes are refused before any memory is taken', async () => {
    const bytes = text(['ply', 'format binary_little_endian 1.0', 'element vertex 49000000', 'property float x', 'property float y', 'property float z', 'end_header']) // prettier-ignore
    await expect(read(bytes, 'part.ply')).rejects.toMatchObject({ code: 'mesh.undecodable' })
  })
})

it('plain files need no second look', () => {
  expect(needsReadMesh(text(SQUARE), 'part.obj')).toBe(false)
  expect(needsReadMesh(text(['# mtllib in a comment', ...SQUARE]), 'part.obj')).toBe(true)
  expect(needsReadMesh(text(['ply', 'format ascii 1.0', 'end_header']), 'part.ply')).toBe(false)
  expect(needsReadMesh(text(['solid']), 'part.STL')).toBe(false)
})
