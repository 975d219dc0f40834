import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { boundingBox } from './measure.ts'
import { readMesh, type ReadMesh } from './read-mesh.ts'

const encoder = new TextEncoder()
const PURPLE = { width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(90) } as const

const read = (bytes: Uint8Array, name: string, siblings: readonly string[] = []): Promise<ReadMesh> =>
  readMesh(bytes, name, {
    readSibling: (sibling) => Promise.resolve(siblings.includes(sibling) ? encode(PURPLE) : null),
    decodeImage: () => Promise.resolve(PURPLE),
  })

/** One triangle (0 0 0), (1 0 0), (0 2 3), moved by (10, 0, 0), in units of the file. */
const corners = (mesh: ReadMesh): number[] => {
  const { min, max } = boundingBox(mesh.mesh)
  return [...min, ...max].map((value) => Math.round(100 * value) / 100)
}
const EXPECTED = [10, 0, 0, 11, 2, 3]

function collada(unit: string, up: string, material: string): Uint8Array {
  return encoder.encode(`<?xml version="1.0" encoding="utf-8"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset>${unit}<up_axis>${up}</up_axis></asset>
<library_images><image id="i"><init_from>label.png</init_from></image></library_images>
<library_effects><effect id="e"><profile_COMMON>
<newparam sid="sf"><surface type="2D"><init_from>i</init_from></surface></newparam>
<newparam sid="sm"><sampler2D><source>sf</source></sampler2D></newparam>
<technique sid="common"><lambert><diffuse>${material}</diffuse></lambert></technique></profile_COMMON></effect></library_effects>
<library_materials><material id="m"><instance_effect url="#e"/></material></library_materials>
<library_geometries><geometry id="g"><mesh>
<source id="p"><float_array id="pa" count="9">0 0 0 1 0 0 0 2 3</float_array><technique_common><accessor source="#pa" count="3" stride="3"><param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/></accessor></technique_common></source>
<source id="t"><float_array id="ta" count="6">0 0 1 0 0 1</float_array><technique_common><accessor source="#ta" count="3" stride="2"><param name="S" type="float"/><param name="T" type="float"/></accessor></technique_common></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
<triangles count="1" material="mm"><input semantic="VERTEX" source="#v" offset="0"/><input semantic="TEXCOORD" source="#t" offset="0" set="0"/><p>0 1 2</p></triangles></mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node id="n"><translate>10 0 0</translate><instance_geometry url="#g"><bind_material><technique_common><instance_material symbol="mm" target="#m"><bind_vertex_input semantic="UV" input_semantic="TEXCOORD" input_set="0"/></instance_material></technique_common></bind_material></instance_geometry></node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>`)
}

describe('Collada', () => {
  const color = '<color>1 0.6 0 1</color>'

  it.each([
    ['<unit name="metre" meter="1"/>', 'Y_UP', 1000],
    ['<unit meter="0.001" name="millimetre"/>', 'Z_UP', 1],
    ['<unit name="inch" meter="0.0254"/>', 'X_UP', 25.4],
    ['', 'Z_UP', 1000],
  ])('%s %s: millimetres, the axes of the file', async (unit, up, scale) => {
    const result = await read(collada(unit, up, color), 'part.dae')
    expect(result.unit.basis).toBe('file')
    expect(result.unit.millimetersPerUnit).toBeCloseTo(scale, 6)
    expect(corners(result)).toEqual(EXPECTED.map((value) => Math.round(100 * value * scale) / 100))
    expect([...result.mesh.colors!.subarray(0, 3)]).toEqual([255, 153, 0])
  })

  it('a texture beside it is used, a missing one is told', async () => {
    const bytes = collada('', 'Y_UP', '<texture texture="sm" texcoord="UV"/>')
    const found = await read(bytes, 'part.dae', ['label.png'])
    expect([...found.mesh.colors!.subarray(0, 3)]).toEqual([90, 90, 90])
    expect((await read(bytes, 'part.dae')).warnings.join()).toContain('label.png is not beside the CAD')
  })
})

type FbxValue = string | number | bigint | Float64Array | Int32Array
interface FbxNode {
  readonly name: string
  readonly values: readonly FbxValue[]
  readonly children?: readonly FbxNode[]
}

const node = (name: string, values: readonly FbxValue[], children: readonly FbxNode[] = []): FbxNode => ({
  name,
  values,
  children,
})

/** Centimetres a unit in GlobalSettings; whole numbers are written as 32-bit, names of objects as 64-bit, others as doubles. */
function fbxNodes(unit: number): FbxNode[] {
  const property = (name: string, type: string, label: string, ...values: number[]): FbxNode =>
    node('P', [name, type, label, '', ...values])
  return [
    node('FBXHeaderExtension', [], [node('FBXVersion', [7400])]),
    node('GlobalSettings', [], [
      node('Properties70', [], [
        property('OriginalUnitScaleFactor', 'double', 'Number', 99.5),
        property('UnitScaleFactor', 'double', 'Number', unit),
      ]),
    ]),
    node('Objects', [], [
      node('Geometry', [1000n, 'Geometry::g', 'Mesh'], [
        node('Vertices', [Float64Array.of(0, 0, 0, 1, 0, 0, 0, 2, 3)]),
        node('PolygonVertexIndex', [Int32Array.of(0, 1, -3)]),
        node('LayerElementMaterial', [0], [
          node('MappingInformationType', ['AllSame']),
          node('ReferenceInformationType', ['IndexToDirect']),
          node('Materials', [Int32Array.of(0)]),
        ]),
        node('Layer', [0], [node('LayerElement', [], [node('Type', ['LayerElementMaterial']), node('TypedIndex', [0])])]),
      ]),
      node('Model', [2000n, 'Model::n', 'Mesh'], [
        node('Properties70', [], [property('Lcl Translation', 'Lcl Translation', '', 10.25, 0.25, 0.25)]),
      ]),
      node('Material', [3000n, 'Material::m', ''], [
        node('ShadingModel', ['lambert']),
        node('Properties70', [], [property('DiffuseColor', 'Color', '', 0.2, 0.6, 0.8)]),
      ]),
    ]),
    node('Connections', [], [
      node('C', ['OO', 2000n, 0n]),
      node('C', ['OO', 1000n, 2000n]),
      node('C', ['OO', 3000n, 2000n]),
    ]),
  ]
} // prettier-ignore

function fbxText(nodes: readonly FbxNode[]): string {
  const show = (value: FbxValue): string =>
    typeof value === 'string' ? `"${value}"` : typeof value !== 'object' ? String(value) : `*${value.length} {\n a: ${value.join()}\n}`
  return nodes
    .map(({ name, values, children = [] }) => {
      const body = children.length === 0 ? '' : `{\n${fbxText(children)}\n}`
      return `${name}: ${values.map(show).join(',')} ${body}`
    })
    .join('\n')
} // prettier-ignore

/** FBX 7.4: each node says where it ends, so its place must be known. */
function fbxBinary(nodes: readonly FbxNode[]): Uint8Array {
  const encodeValue = (value: FbxValue): Uint8Array<ArrayBuffer> => {
    const bytes = Buffer.alloc(13)
    if (typeof value === 'string') {
      const text = Buffer.from(value.includes('::') ? value.split('::').reverse().join('\0\x01') : value)
      bytes.write('S')
      bytes.writeUInt32LE(text.length, 1)
      return Buffer.concat([bytes.subarray(0, 5), text])
    }
    if (typeof value === 'bigint') {
      bytes.write('L')
      bytes.writeBigInt64LE(value, 1)
      return bytes.subarray(0, 9)
    }
    if (typeof value === 'number') {
      const isWhole = Number.isInteger(value)
      bytes.write(isWhole ? 'I' : 'D')
      if (isWhole) bytes.writeInt32LE(value, 1)
      else bytes.writeDoubleLE(value, 1)
      return bytes.subarray(0, isWhole ? 5 : 9)
    }
    bytes.write(value instanceof Int32Array ? 'i' : 'd')
    bytes.writeUInt32LE(value.length, 1)
    bytes.writeUInt32LE(value.byteLength, 9)
    return Buffer.concat([bytes, Buffer.from(value.buffer)])
  }
  const encodeNode = ({ name, values, children = [] }: FbxNode, at: number): Buffer<ArrayBuffer> => {
    const properties = Buffer.concat(values.map(encodeValue))
    const head = Buffer.alloc(13)
    head.writeUInt32LE(values.length, 4)
    head.writeUInt32LE(properties.length, 8)
    head.writeUInt8(name.length, 12)
    const out: Uint8Array<ArrayBuffer>[] = [head, Buffer.from(name), properties]
    let end = at + 13 + name.length + properties.length
    for (const child of children) {
      const bytes = encodeNode(child, end)
      out.push(bytes)
      end += bytes.length
    }
    if (children.length > 0) out.push(Buffer.alloc(13))
    head.writeUInt32LE(end + (children.length > 0 ? 13 : 0), 0)
    return Buffer.concat(out)
  }
  const version = Buffer.alloc(4)
  version.writeUInt32LE(7400)
  const out = [Buffer.from('Kaydara FBX Binary  \0\x1a\0', 'latin1'), version]
  let at = 27
  for (const item of nodes) {
    const bytes = encodeNode(item, at)
    out.push(bytes)
    at += bytes.length
  }
  return Buffer.concat([...out, Buffer.alloc(13)])
}

describe('FBX', () => {
  const text = encoder.encode(`; FBX 7.4.0 project file\n${fbxText(fbxNodes(2.54))}\n`)

  it.each([
    ['ascii', text],
    ['binary', fbxBinary(fbxNodes(2.54))],
  ])('%s: the unit that it states, the colour of its material', async (_, bytes) => {
    const result = await read(bytes, 'part.fbx')
    expect(result.unit.millimetersPerUnit).toBeCloseTo(25.4, 6)
    expect(result.unit.basis).toBe('file')
    expect(corners(result)).toEqual(EXPECTED.map((value) => Math.round(100 * (value + 0.25) * 25.4) / 100))
    expect([...result.mesh.colors!.subarray(0, 3)]).toEqual([51, 153, 204])
  })
}) // prettier-ignore

/** A 3D Studio file of one mesh whose vertices are `corners`. */
function studio(vertices: readonly number[]): Uint8Array {
  const chunk = (id: number, ...parts: Uint8Array[]): Buffer<ArrayBuffer> => {
    const head = Buffer.alloc(6)
    head.writeUInt16LE(id)
    head.writeUInt32LE(6 + parts.reduce((sum, part) => sum + part.length, 0), 2)
    return Buffer.concat([head, ...parts])
  }
  const count = (n: number): Uint8Array => new Uint8Array(Uint16Array.of(n).buffer)
  const list = chunk(0x4110, count(vertices.length / 3), new Uint8Array(Float32Array.from(vertices).buffer))
  const faces = chunk(0x4120, count(1), new Uint8Array(Uint16Array.of(0, 1, 2, 7).buffer))
  const mesh = chunk(0x4100, list, faces)
  return chunk(0x4d4d, chunk(0x3d3d, chunk(0x4000, encoder.encode('part\0'), mesh)))
}

describe('3DS', () => {
  it('states no unit, keeps its axes, has no colour of its own', async () => {
    const result = await read(studio([10, 0, 0, 11, 0, 0, 10, 2, 3]), 'part.3ds')
    expect(result.unit).toEqual({ millimetersPerUnit: 1, basis: 'assumed' })
    expect(corners(result)).toEqual(EXPECTED)
    expect(result.mesh.colors).toBeUndefined()
  })
})

it.each(['part.dae', 'part.fbx', 'part.3ds'])('%s that is none is refused', async (name) => {
  await expect(read(encoder.encode('solid part of something else'), name)).rejects.toMatchObject({
    code: 'mesh.undecodable',
    message: expect.stringContaining(name),
  })
})
