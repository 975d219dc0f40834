import { Document, WebIO, type Material } from '@gltf-transform/core'
import { KHRTextureTransform } from '@gltf-transform/extensions'
import { PlatformError } from '@sextant/contracts'
import { createBoxMesh } from '@sextant/testkit'
import { decode, encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { boundingBox, diameterOf } from './measure.ts'
import { readMesh, type ReadMeshOptions } from './read-mesh.ts'

const BOX = createBoxMesh([-0.01, -0.02, -0.03], [0.01, 0.02, 0.03])

const sources = (siblings: Readonly<Record<string, Uint8Array>> = {}): ReadMeshOptions => ({
  readSibling: (name) => Promise.resolve(siblings[name] ?? null),
  decodeImage: (bytes, name) => {
    try {
      const { width, height, data, channels } = decode(bytes)
      const rgb = Uint8Array.from(
        { length: 3 * width * height },
        (_, i) => data[channels * Math.floor(i / 3) + (i % 3)],
      )
      return Promise.resolve({ width, height, data: rgb })
    } catch (cause) {
      return Promise.reject(new PlatformError('image.undecodable', { detail: `${name} is no PNG`, cause }))
    }
  },
})

/** A box in metres below a node that moves, turns and mirrors it. */
function boxDocument(paint: (document: Document) => Material | null): Document {
  const document = new Document()
  const buffer = document.createBuffer()
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', document.createAccessor().setType('VEC3').setArray(BOX.positions).setBuffer(buffer))
    .setIndices(document.createAccessor().setType('SCALAR').setArray(BOX.faces).setBuffer(buffer))
    .setMaterial(paint(document))
  const half = Math.SQRT1_2
  const inner = document.createNode().setMesh(document.createMesh().addPrimitive(primitive)).setScale([-1, 1, 1])
  const outer = document.createNode().setTranslation([0.1, 0, 0]).setRotation([0, 0, half, half]).addChild(inner)
  document.createScene().addChild(outer)
  return document
}

const plain = (document: Document): Material => document.createMaterial().setBaseColorFactor([1, 0.1274377, 0, 1])

describe('glTF', () => {
  it('metres become millimetres, node transforms are applied, factors are linear, mirrored faces stay outward', async () => {
    const glb = await new WebIO().writeBinary(boxDocument(plain))
    const { mesh, unit, warnings } = await readMesh(glb, 'part.GLB', sources())
    expect(unit).toEqual({ millimetersPerUnit: 1000, basis: 'file' })
    expect(warnings).toEqual([])
    const { min, max } = boundingBox(mesh)
    // A quarter turn about z: x and y change places.
    const expected = [80, -10, -30, 120, 10, 30]
    ;[...min, ...max].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3))
    expect([...(mesh.colors ?? []).slice(0, 3)]).toEqual([255, 100, 0])
    expect(volumeOf(mesh.positions, mesh.faces)).toBeCloseTo(20 * 40 * 60, 0)
  })

  it('the same from JSON with a buffer beside it; without the buffer it is refused', async () => {
    const { json, resources } = await new WebIO().writeJSON(boxDocument(plain))
    const text = new TextEncoder().encode(JSON.stringify(json))
    const { mesh } = await readMesh(text, 'part.gltf', sources(resources))
    expect(diameterOf(mesh)).toBeCloseTo(Math.hypot(20, 40, 60), 3)
    await expect(readMesh(text, 'part.gltf', sources())).rejects.toMatchObject({
      code: 'mesh.undecodable',
      message: expect.stringContaining('is not beside it'),
    })
  })

  it('a texture on two triangles becomes vertex colours, its transform applied', async () => {
    const { mesh } = await readMesh(await quad(true), 'quad.glb', sources())
    expect(mesh.faces.length / 3).toBeGreaterThan(1000)
    // Turned upside down by the transform: the red half of the picture's top lies at y < 0.
    for (let i = 0; i < mesh.positions.length / 3; i++) {
      const y = mesh.positions[3 * i + 1]
      if (Math.abs(y) > 6)
        expect([...mesh.colors!.subarray(3 * i, 3 * i + 3)]).toEqual(y < 0 ? [255, 0, 0] : [0, 0, 255])
    }
  })

  it('an unreadable texture costs its colours and is told', async () => {
    const { mesh, warnings } = await readMesh(await quad(false), 'quad.glb', sources())
    expect([...mesh.colors!.subarray(0, 3)]).toEqual([255, 255, 255])
    expect(warnings.join()).toContain('is no PNG')
  })

  it.each([
    ['a truncated container', (glb: Uint8Array) => glb.subarray(0, glb.length - 40), 'mesh.undecodable'],
    ['a foreign file', () => new TextEncoder().encode('solid part'), 'mesh.undecodable'],
    ['an accessor of four billion zeros', () => json({ accessors: [{ componentType: 5126, count: 4e9, type: 'VEC3' }] }), 'mesh.too_large'],
    ['nodes in a loop', () => json({ nodes: [{ children: [1] }, { children: [0] }], scenes: [{ nodes: [0] }] }), 'mesh.degenerate'],
    ['no mesh', () => json({}), 'mesh.degenerate'],
  ])('refuses %s', async (_, breakIt, code) => {
    const glb = await new WebIO().writeBinary(boxDocument(plain))
    await expect(readMesh(breakIt(glb), 'part.glb', sources())).rejects.toMatchObject({ code })
  }) // prettier-ignore

  it('refuses more faces than the limit', async () => {
    const glb = await new WebIO().writeBinary(boxDocument(plain))
    const options = { ...sources(), limits: { maxFaces: 11 } }
    await expect(readMesh(glb, 'part.glb', options)).rejects.toMatchObject({ code: 'mesh.too_large' })
  })
})

function json(rest: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ asset: { version: '2.0' }, ...rest }))
}

/** 100 mm square, its picture red above and blue below, turned by 180 degrees. */
async function quad(isIntact: boolean): Promise<Uint8Array> {
  const document = new Document()
  const buffer = document.createBuffer()
  const transform = document.createExtension(KHRTextureTransform)
  const data = Uint8Array.from({ length: 3 * 64 * 64 }, (_, i) => (i < 3 * 64 * 32 ? [255, 0, 0] : [0, 0, 255])[i % 3])
  const image = isIntact ? encode({ width: 64, height: 64, channels: 3, data }) : new Uint8Array([1, 2, 3])
  const texture = document.createTexture('label').setImage(new Uint8Array(image)).setMimeType('image/png')
  const material = document.createMaterial().setBaseColorTexture(texture)
  material
    .getBaseColorTextureInfo()
    ?.setExtension('KHR_texture_transform', transform.createTransform().setRotation(Math.PI).setOffset([1, 1]))
  const accessor = (type: 'VEC2' | 'VEC3', values: number[]): ReturnType<Document['createAccessor']> =>
    document.createAccessor().setType(type).setArray(new Float32Array(values)).setBuffer(buffer)
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', [-0.05, -0.05, 0, 0.05, -0.05, 0, 0.05, 0.05, 0, -0.05, 0.05, 0]))
    .setAttribute('TEXCOORD_0', accessor('VEC2', [0, 1, 1, 1, 1, 0, 0, 0]))
    .setIndices(
      document
        .createAccessor()
        .setArray(new Uint16Array([0, 1, 2, 0, 2, 3]))
        .setBuffer(buffer),
    )
    .setMaterial(material)
  document.createScene().addChild(document.createNode().setMesh(document.createMesh().addPrimitive(primitive)))
  return new WebIO().registerExtensions([KHRTextureTransform]).writeBinary(document)
}

/** Positive when faces look outward, mm^3. */
function volumeOf(p: Float32Array, faces: Uint32Array): number {
  let six = 0
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]]
    six += p[a] * (p[b + 1] * p[c + 2] - p[b + 2] * p[c + 1])
    six += p[a + 1] * (p[b + 2] * p[c] - p[b] * p[c + 2])
    six += p[a + 2] * (p[b] * p[c + 1] - p[b + 1] * p[c])
  }
  return six / 6
}
