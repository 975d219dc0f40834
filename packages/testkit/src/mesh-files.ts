import type { TriangleMesh } from '@sextant/geometry'
import { createBoxMesh } from './meshes.ts'

/** A small valid CAD file, as a start for mutations. */
export interface MeshFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The box as PLY (ASCII, both endians, textured), STL (ASCII, binary), OBJ and GLB. */
export function createMeshFiles(): MeshFile[] {
  const box = createBoxMesh([-10, -20, -30], [10, 20, 30])
  const text = (name: string, lines: readonly string[]): MeshFile => ({
    name,
    bytes: new TextEncoder().encode(`${lines.join('\n')}\n`),
  })
  return [
    text('ascii.ply', asciiPly(box, false)),
    text('textured.ply', asciiPly(box, true)),
    { name: 'little.ply', bytes: binaryPly(box, true) },
    { name: 'big.ply', bytes: binaryPly(box, false) },
    text('ascii.stl', asciiStl(box)),
    { name: 'binary.stl', bytes: binaryStl(box) },
    text('plain.obj', objLines(box)),
    text('textured.obj', ['mtllib part.mtl', 'usemtl printed', ...objLines(box)]),
    { name: 'part.glb', bytes: glb(box) },
  ]
}

/** Material that the textured files above name; its texture is `label.png`. */
export const MESH_FILE_MATERIAL = new TextEncoder().encode('newmtl printed\nKd 1 0.5 0\nmap_Kd label.png\n')

const triples = (values: ArrayLike<number>): number[][] =>
  Array.from({ length: values.length / 3 }, (_, i) => [values[3 * i], values[3 * i + 1], values[3 * i + 2]])

const VERTEX_HEADER = ['property float x', 'property float y', 'property float z']
const COLOR_HEADER = ['property uchar red', 'property uchar green', 'property uchar blue']
const FACE_HEADER = 'property list uchar int vertex_indices'

function asciiPly({ positions, faces }: TriangleMesh, isTextured: boolean): string[] {
  return [
    'ply',
    'format ascii 1.0',
    ...(isTextured ? ['comment TextureFile label.png'] : []),
    `element vertex ${positions.length / 3}`,
    ...VERTEX_HEADER,
    ...(isTextured ? ['property float texture_u', 'property float texture_v'] : COLOR_HEADER),
    `element face ${faces.length / 3}`,
    FACE_HEADER,
    'end_header',
    ...triples(positions).map((p, i) => `${p.join(' ')} ${isTextured ? `${i / 8} ${(i % 3) / 2}` : `${i * 30} 0 255`}`),
    ...triples(faces).map((face) => `3 ${face.join(' ')}`),
  ]
}

function binaryPly({ positions, faces }: TriangleMesh, isLittle: boolean): Uint8Array {
  const header = [
    'ply',
    `format binary_${isLittle ? 'little' : 'big'}_endian 1.0`,
    `element vertex ${positions.length / 3}`,
    ...VERTEX_HEADER,
    ...COLOR_HEADER,
    `element face ${faces.length / 3}`,
    FACE_HEADER,
    'end_header\n',
  ].join('\n')
  const bytes = new Uint8Array(header.length + 5 * positions.length + (13 * faces.length) / 3)
  bytes.set(new TextEncoder().encode(header))
  const view = new DataView(bytes.buffer)
  let at = header.length
  for (const p of triples(positions)) {
    p.forEach((value, k) => {
      view.setFloat32(at + 4 * k, value, isLittle)
    })
    bytes.set([200, 100, 50], at + 12)
    at += 15
  }
  for (const face of triples(faces)) {
    bytes[at] = 3
    face.forEach((vertex, k) => {
      view.setInt32(at + 1 + 4 * k, vertex, isLittle)
    })
    at += 13
  }
  return bytes
}

const cornersOf = ({ positions, faces }: TriangleMesh): number[][] =>
  Array.from(faces, (vertex) => [...positions.subarray(3 * vertex, 3 * vertex + 3)])

function asciiStl(mesh: TriangleMesh): string[] {
  const lines = ['solid part']
  cornersOf(mesh).forEach((corner, c) => {
    if (c % 3 === 0) lines.push('facet normal 0 0 0', 'outer loop')
    lines.push(`vertex ${corner.join(' ')}`)
    if (c % 3 === 2) lines.push('endloop', 'endfacet')
  })
  return [...lines, 'endsolid part']
}

function binaryStl(mesh: TriangleMesh): Uint8Array {
  const bytes = new Uint8Array(84 + (50 * mesh.faces.length) / 3)
  const view = new DataView(bytes.buffer)
  view.setUint32(80, mesh.faces.length / 3, true)
  cornersOf(mesh).forEach((corner, c) => {
    const at = 84 + 50 * Math.floor(c / 3) + 12 + 12 * (c % 3)
    corner.forEach((value, k) => {
      view.setFloat32(at + 4 * k, value, true)
    })
  })
  return bytes
}

function objLines({ positions, faces }: TriangleMesh): string[] {
  return [
    ...triples(positions).map((p) => `v ${p.join(' ')}`),
    ...triples(positions).map((_, i) => `vt ${i / 8} ${(i % 3) / 2}`),
    ...triples(faces).map((face) => `f ${face.map((vertex) => `${vertex + 1}/${vertex + 1}`).join(' ')}`),
  ]
}

/** Positions, colours, texture coordinates and indices below two nodes, with a material. */
function glb({ positions, faces }: TriangleMesh): Uint8Array {
  const count = positions.length / 3
  const uvs = Float32Array.from({ length: 2 * count }, (_, i) => (i % 5) / 4)
  const sections = [new Uint8Array(positions.buffer), new Uint8Array(uvs.buffer), new Uint8Array(faces.buffer)]
  const offsets = [0, positions.byteLength, positions.byteLength + uvs.byteLength]
  const json = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [
      { children: [1], rotation: [0, 0, 0.6, 0.8], translation: [1, 0, 0] },
      { mesh: 0, scale: [1, 2, -1] },
    ],
    meshes: [{ primitives: [{ attributes: { POSITION: 0, TEXCOORD_0: 1 }, indices: 2, material: 0, mode: 4 }] }],
    materials: [{ pbrMetallicRoughness: { baseColorFactor: [1, 0.5, 0, 1], baseColorTexture: { index: 0 } } }],
    textures: [{ source: 0, sampler: 0 }],
    samplers: [{ wrapS: 33071, wrapT: 33648 }],
    images: [{ uri: 'label.png' }],
    accessors: [
      { bufferView: 0, componentType: 5126, count, type: 'VEC3', min: [-1, -1, -1], max: [1, 1, 1] },
      { bufferView: 1, componentType: 5126, count, type: 'VEC2' },
      { bufferView: 2, componentType: 5125, count: faces.length, type: 'SCALAR' },
    ],
    bufferViews: sections.map(({ byteLength }, i) => ({ buffer: 0, byteOffset: offsets[i], byteLength })),
    buffers: [{ byteLength: sections.reduce((sum, { byteLength }) => sum + byteLength, 0) }],
  }
  return packGlb(JSON.stringify(json), Buffer.concat(sections))
}

/** A container of a JSON and a binary chunk. */
export function packGlb(json: string, binary: Uint8Array): Uint8Array {
  const text = Buffer.from(json)
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, ' ')])
  const head = (...words: number[]): Uint8Array => new Uint8Array(Uint32Array.from(words).buffer)
  const length = 28 + padded.length + binary.length
  return new Uint8Array(
    Buffer.concat([
      head(0x46546c67, 2, length, padded.length, 0x4e4f534a),
      padded,
      head(binary.length, 0x004e4942),
      binary,
    ]),
  )
}
