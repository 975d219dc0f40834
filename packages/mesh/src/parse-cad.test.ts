import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boundingBox } from './measure.ts'
import { isClosed } from './parse-stl.ts'
import { readMesh, type ReadMesh } from './read-mesh.ts'

/** Parts that occt-import-js ships for its own tests. */
const parts = join(dirname(createRequire(import.meta.url).resolve('occt-import-js')), '../test/testfiles')

const read = (bytes: Uint8Array, name: string): Promise<ReadMesh> =>
  readMesh(bytes, name, {
    readSibling: () => Promise.resolve(null),
    decodeImage: () => Promise.reject(new Error('CAD has no pictures')),
  })
const readPart = (path: string): Promise<ReadMesh> => read(readFileSync(join(parts, path)), path)

/** Colours of the mesh and how many vertices have each. */
function palette({ mesh }: ReadMesh): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i < (mesh.colors?.length ?? 0); i += 3) {
    const color = mesh.colors!.subarray(i, i + 3).join()
    counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  return counts
}

describe('STEP', () => {
  it('an assembly: every part in its place, in its colour', async () => {
    const result = await readPart('cax-if/as1-oc-214.stp')
    expect(result.unit).toEqual({ millimetersPerUnit: 1, basis: 'file' })
    const { min, max } = boundingBox(result.mesh)
    const expected = [-10, 0, -4, 190, 150, 80]
    ;[...min, ...max].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3))
    expect([...palette(result).keys()].sort()).toEqual(['0,0,255', '0,255,0', '204,255,0', '255,0,0', '255,128,0'])
  })

  it.each(['mm', 'm', 'in'])('a metre cube written in %s is a metre across, and closed', async (unit) => {
    const { mesh } = await readPart(`cube-units/cube-${unit}.step`)
    const { min, max } = boundingBox(mesh)
    max.forEach((value, axis) => expect(value - min[axis]).toBeCloseTo(1000, 3))
    expect(mesh.positions.length / 3).toBe(8)
    expect(isClosed(mesh.faces)).toBe(true)
  })

  it('faces keep their own colours, the others have the solid’s', async () => {
    const colors = palette(await readPart('cube-fcstd/cube.step'))
    expect(Object.fromEntries(colors)).toEqual({ '255,0,0': 4, '0,0,255': 4, '0,170,0': 4, '204,204,204': 7 })
  })

  it('cut off in the middle it is refused with the reason of the reader', async () => {
    const bytes = readFileSync(join(parts, 'cax-if/as1-oc-214.stp')).subarray(0, 100_000)
    await expect(read(bytes, 'part.step')).rejects.toMatchObject({
      code: 'mesh.undecodable',
      message: expect.stringContaining('unexpected end of file'),
    })
  })

  it('an assembly whose parts lie in other files is refused', async () => {
    await expect(readPart('cax-if/s1-c5-214/s1-c5-214.stp')).rejects.toMatchObject({ code: 'mesh.undecodable' })
  })
})

describe('IGES and BREP', () => {
  it('IGES states its unit; the black of its pen is no colour', async () => {
    const result = await readPart('cube-10x10mm/Cube 10x10.igs')
    expect(result.unit.basis).toBe('file')
    expect(result.mesh.colors).toBeUndefined()
    const { min, max } = boundingBox(result.mesh)
    expect([...min, ...max].map(Math.round)).toEqual([-5, 0, -5, 5, 10, 5])
  })

  it('BREP states none', async () => {
    const result = await readPart('cax-if-brep/as1_pe_203.brep')
    expect(result.unit.basis).toBe('assumed')
    expect(result.mesh.faces.length / 3).toBeGreaterThan(3000)
  })

  it.each(['part.igs', 'part.brep'])('%s that is none is refused', async (name) => {
    await expect(read(new TextEncoder().encode('solid'), name)).rejects.toMatchObject({ code: 'mesh.undecodable' })
  })
})
