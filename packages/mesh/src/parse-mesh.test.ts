import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRng } from '@sextant/geometry'
import { checkMesh, createBoxMesh } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { encodePly } from './encode-ply.ts'
import { assertPlausibleSize, boundingBox, diameterOf, samplePoints, vertexNormals } from './measure.ts'
import { parseMesh } from './parse-mesh.ts'
import { readMesh } from './read-mesh.ts'
import { simplifyByClustering } from './simplify.ts'

const text = (lines: string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`)
const shared = fileURLToPath(new URL('../../../../shared/data/malformed/mesh/', import.meta.url))
const hasShared = existsSync(shared)

/** A triangle and a quad; the faces carry a flag before and a value after the index list. */
const HEADER = [
  'comment made by hand',
  'element vertex 4',
  'property float x', 'property float y', 'property float z', 'property float quality',
  'property uchar red', 'property uchar green', 'property uchar blue',
  'element face 2',
  'property uchar flag', 'property list uchar int vertex_indices', 'property float value',
  'end_header',
] // prettier-ignore
const VERTICES = [
  [0, 0, 0, 0.5, 255, 0, 0],
  [10, 0, 0, 0.5, 0, 255, 0],
  [10, 10, 0, 0.5, 0, 0, 255],
  [0, 10, 2.5, 0.5, 10, 20, 30],
]
const FACES = [
  [0, 1, 2],
  [0, 1, 2, 3],
]

function binaryPly(isLittle: boolean): Uint8Array {
  const body = new DataView(new ArrayBuffer(4 * 19 + (1 + 1 + 12 + 4) + (1 + 1 + 16 + 4)))
  let at = 0
  for (const vertex of VERTICES) {
    for (let k = 0; k < 4; k++, at += 4) body.setFloat32(at, vertex[k], isLittle)
    for (let k = 4; k < 7; k++, at++) body.setUint8(at, vertex[k])
  }
  for (const face of FACES) {
    body.setUint8(at++, 7)
    body.setUint8(at++, face.length)
    for (const index of face) {
      body.setInt32(at, index, isLittle)
      at += 4
    }
    body.setFloat32(at, 1.5, isLittle)
    at += 4
  }
  const header = text(['ply', `format binary_${isLittle ? 'little' : 'big'}_endian 1.0`, ...HEADER])
  return Buffer.concat([header, new Uint8Array(body.buffer)])
}

describe('PLY', () => {
  const ascii = text([
    'ply', 'format ascii 1.0', ...HEADER,
    ...VERTICES.map((vertex) => vertex.join(' ')),
    ...FACES.map((face) => `7 ${face.length} ${face.join(' ')} 1.5`),
  ]) // prettier-ignore

  it.each([
    ['ascii', ascii],
    ['little endian', binaryPly(true)],
    ['big endian', binaryPly(false)],
  ])('%s: positions, colours and fans are exact', (_, bytes) => {
    const { mesh } = parseMesh(bytes, 'part.ply')
    expect([...mesh.positions]).toEqual(VERTICES.flatMap((vertex) => vertex.slice(0, 3)))
    expect([...(mesh.colors ?? [])]).toEqual(VERTICES.flatMap((vertex) => vertex.slice(4)))
    expect([...mesh.faces]).toEqual([0, 1, 2, 0, 1, 2, 0, 2, 3])
  })

  it('reads back what it writes', () => {
    const box = createBoxMesh([-1, -2, -3], [4, 5, 6])
    const { mesh } = parseMesh(encodePly(box), 'box.PLY')
    expect(mesh).toEqual(box)
  })

  it.each([
    ['no header end', text(['ply', 'format ascii 1.0']), 'mesh.undecodable'],
    ['an unknown format', text(['ply', 'format middle_endian 1.0', 'end_header']), 'mesh.undecodable'],
    ['data that end early', binaryPly(true).subarray(0, 420), 'mesh.undecodable'],
    ['an index out of range', text(['ply', 'format ascii 1.0', ...HEADER.slice(1, 4), 'property float z', 'element face 1', 'property list uchar int vertex_indices', 'end_header', '0 0 0', '1 0 0', '0 1 0', '0 0 1', '3 0 1 9']), 'mesh.undecodable'],
    ['a vertex that is not finite', text(['ply', 'format ascii 1.0', 'element vertex 3', 'property float x', 'property float y', 'property float z', 'element face 1', 'property list uchar int vertex_indices', 'end_header', '0 0 inf', '1 0 0', '0 1 0', '3 0 1 2']), 'mesh.undecodable'],
    ['only faces without area', text(['ply', 'format ascii 1.0', 'element vertex 3', 'property float x', 'property float y', 'property float z', 'element face 1', 'property list uchar int vertex_indices', 'end_header', '0 0 0', '1 0 0', '2 0 0', '3 0 1 2']), 'mesh.degenerate'],
  ])('refuses %s', (_, bytes, code) => {
    expect(() => parseMesh(bytes, 'part.ply')).toThrow(expect.objectContaining({ code }))
  }) // prettier-ignore
})

describe('OBJ', () => {
  it('reads polygons, negative indices, colours and v/vt/vn corners', () => {
    const { mesh } = parseMesh(
      text([
        '# part',
        'v 0 0 0 1 0 0',
        'v 1 0 0 0 1 0',
        'v 1 1 0 0 0 1',
        'v 0 1 0 1 1 1',
        'vt 0 0',
        'f -4 -3 -2 -1',
        'f 1/1/1 2//1 3',
      ]),
      'part.obj',
    )
    expect([...mesh.faces]).toEqual([0, 1, 2, 0, 2, 3, 0, 1, 2])
    expect([...(mesh.colors ?? [])].slice(0, 6)).toEqual([255, 0, 0, 0, 255, 0])
  })
})

describe('STL', () => {
  const box = createBoxMesh([0, 0, 0], [10, 20, 30])
  const binary = new Uint8Array(84 + 50 * 12)
  const view = new DataView(binary.buffer)
  view.setUint32(80, 12, true)
  box.faces.forEach((vertex, c) => {
    const at = 84 + 50 * Math.floor(c / 3) + 12 + 12 * (c % 3)
    for (let k = 0; k < 3; k++) view.setFloat32(at + 4 * k, box.positions[3 * vertex + k], true)
  })
  // Two facets a side, in the order bottom, top, front, right, back, left.
  const sides = [
    [0, 0, -1],
    [0, 0, 1],
    [0, -1, 0],
    [1, 0, 0],
    [0, 1, 0],
    [-1, 0, 0],
  ] as const
  const setNormal = (target: DataView, facet: number, normal: readonly number[]): void => {
    normal.forEach((value, k) => {
      target.setFloat32(84 + 50 * facet + 4 * k, value, true)
    })
  }
  for (let f = 0; f < 12; f++) setNormal(view, f, sides[f >> 1])

  it.each(['', 'solid exported by a CAD system'])(
    'binary with header "%s" is read and its corners merged',
    (header) => {
      const bytes = binary.slice()
      bytes.set(new TextEncoder().encode(header))
      const { mesh, warnings } = parseMesh(bytes, 'part.STL')
      expect(mesh.positions.length / 3).toBe(8)
      expect(mesh.faces.length / 3).toBe(12)
      expect(warnings).toEqual([])
    },
  )

  it('warns of facets whose normal is missing or points to the other side', () => {
    const odd = new DataView(binary.slice().buffer)
    for (const f of [0, 5]) setNormal(odd, f, [0, 0, 0])
    setNormal(odd, 7, [NaN, 0, 0])
    for (const f of [2, 9])
      setNormal(
        odd,
        f,
        sides[f >> 1].map((value) => -value),
      )
    const { mesh, warnings } = parseMesh(new Uint8Array(odd.buffer), 'part.stl')
    expect([...mesh.faces]).toEqual([...parseMesh(binary, 'part.stl').mesh.faces])
    expect(warnings).toEqual([
      expect.stringContaining('3 of 12 facets have no normal'),
      expect.stringContaining('the normals of 2 of 12 facets point to the other side'),
    ])
  })

  it('ascii is read', () => {
    const facet = [
      'facet normal 0 0 1',
      'outer loop',
      'vertex 0 0 0',
      'vertex 1e1 0 0',
      'vertex 0 1.5E+1 0',
      'endloop',
      'endfacet',
    ]
    const { mesh, warnings } = parseMesh(text(['solid part', ...facet, 'endsolid part']), 'part.stl')
    expect([...mesh.positions]).toEqual([0, 0, 0, 10, 0, 0, 0, 15, 0])
    expect(warnings).toEqual([expect.stringContaining('not closed')])
    const against = facet.map((line) => line.replace('0 0 1', '0 0 -1'))
    expect(parseMesh(text(['solid part', ...against, 'endsolid part']), 'part.stl').warnings[1]).toContain(
      '1 of 1 facets',
    )
  })
})

describe('files from the field (../shared/data)', () => {
  /** What becomes of each file of the folder: read, read with a warning, or refused with these words. */
  const expected: Readonly<Record<string, 'read' | { readonly warning: string } | RegExp>> = {
    'negative_indices.obj': 'read',
    'polygonfaces.obj': 'read',
    // It is closed once equal corners are one: each of its 5817 edges has two faces. Its normals are what it lacks.
    'busted.STL': { warning: '3878 of 3878 facets have no normal' },
    'empty.ply': /no vertices|no faces/,
    'notenoughindices.obj': /needs three vertices/,
    'points_emptyface.ply': /no faces/,
  }
  const options = {
    readSibling: () => Promise.resolve(null),
    decodeImage: () => Promise.reject(new Error('no picture')),
  }
  const names = hasShared ? readdirSync(shared) : ['(skipped: ../shared/data/malformed/mesh is not there)']

  it.skipIf(!hasShared).each(names)('%s', async (name) => {
    const verdict = expected[name]
    expect(verdict, `nothing is said about ${name}`).toBeDefined()
    const reading = readMesh(readFileSync(shared + name), name, options)
    if (verdict === 'read') checkMesh((await reading).mesh)
    else if (!(verdict instanceof RegExp)) {
      const { mesh, warnings } = await reading
      checkMesh(mesh)
      expect(warnings).toEqual([expect.stringContaining(verdict.warning)])
    } else {
      await expect(reading).rejects.toMatchObject({
        code: expect.stringMatching(/^mesh[.]/),
        message: expect.stringMatching(verdict),
      })
    }
  })

  it('an unknown extension is refused', () => {
    expect(() => parseMesh(text(['x']), 'part.dwg')).toThrow(
      expect.objectContaining({ code: 'mesh.format_unsupported' }),
    )
  })
})

describe('measures', () => {
  const box = createBoxMesh([-10, -20, -30], [10, 20, 30])

  it('box, diameter and normals of a box', () => {
    expect(boundingBox(box)).toEqual({ min: [-10, -20, -30], max: [10, 20, 30] })
    expect(diameterOf(box)).toBeCloseTo(Math.hypot(20, 40, 60), 4)
    const normals = vertexNormals(box)
    for (let i = 0; i < normals.length; i += 3) {
      const outward =
        normals[i] * box.positions[i] + normals[i + 1] * box.positions[i + 1] + normals[i + 2] * box.positions[i + 2]
      expect(outward).toBeGreaterThan(0)
    }
  })

  it('samples lie on the surface', () => {
    const cloud = samplePoints(box, 500, createRng(2))
    for (let i = 0; i < cloud.positions.length; i += 3) {
      const onFace = Math.max(
        Math.abs(cloud.positions[i]) / 10,
        Math.abs(cloud.positions[i + 1]) / 20,
        Math.abs(cloud.positions[i + 2]) / 30,
      )
      expect(onFace).toBeCloseTo(1, 4)
    }
  })

  it('clustering keeps the extent within a cell', () => {
    const sphere = samplePoints(box, 10, createRng(1))
    expect(sphere.positions.length).toBe(30)
    const coarse = simplifyByClustering(box, 5)
    expect(diameterOf(coarse)).toBeCloseTo(diameterOf(box), 0)
    expect(() => simplifyByClustering(box, 0)).toThrow(RangeError)
  })

  it.each([0.15, 9000])('a diameter of %d mm is refused', (diameter) => {
    expect(() => {
      assertPlausibleSize(diameter, 'part.ply')
    }).toThrow(expect.objectContaining({ code: 'mesh.scale_implausible' }))
  })
})
