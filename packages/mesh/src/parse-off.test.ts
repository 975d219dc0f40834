import { describe, expect, it } from 'vitest'
import { readMesh, type ReadMesh } from './read-mesh.ts'

const read = (lines: readonly string[]): Promise<ReadMesh> =>
  readMesh(new TextEncoder().encode(lines.join('\n')), 'part.off', {
    readSibling: () => Promise.resolve(null),
    decodeImage: () => Promise.reject(new Error('OFF has no pictures')),
  })
const SQUARE = ['0 0 0', '10 0 0', '10 10 0', '0 10 5']

describe('OFF', () => {
  it('polygons become fans; comments and counts on the first line are understood', async () => {
    const { mesh, unit } = await read(['OFF 4 1 0 # a square', ...SQUARE, '', '4 0 1 2 3'])
    expect([...mesh.positions]).toEqual([0, 0, 0, 10, 0, 0, 10, 10, 0, 0, 10, 5])
    expect([...mesh.faces]).toEqual([0, 1, 2, 0, 2, 3])
    expect(mesh.colors).toBeUndefined()
    expect(unit.basis).toBe('assumed')
  })

  it('colours of faces keep sharp borders; 0..1 and 0..255 are told apart', async () => {
    const { mesh } = await read(['OFF', '4 2 0', ...SQUARE, '3 0 1 2 255 0 0', '3 0 2 3 0.6 1 0'])
    expect(mesh.positions.length / 3).toBe(6)
    expect([...mesh.colors!.subarray(3 * mesh.faces[0], 3 * mesh.faces[0] + 3)]).toEqual([255, 0, 0])
    expect([...mesh.colors!.subarray(3 * mesh.faces[3], 3 * mesh.faces[3] + 3)]).toEqual([153, 255, 0])
  })

  it('colours of vertices', async () => {
    const { mesh } = await read([
      'COFF',
      '3 1 0',
      '0 0 0 255 0 0 255',
      '1 0 0 0 255 0 255',
      '0 1 0 0 0 255 255',
      '3 0 1 2',
    ])
    expect([...mesh.colors!]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255])
  })

  it.each([
    ['another file', ['solid'], 'mesh.undecodable'],
    ['more vertices than lines', ['OFF', '4000000000 1 0', ...SQUARE], 'mesh.undecodable'],
    ['an index out of range', ['OFF', '4 1 0', ...SQUARE, '3 0 1 4'], 'mesh.undecodable'],
    ['a face that ends early', ['OFF', '4 1 0', ...SQUARE, '4 0 1 2'], 'mesh.undecodable'],
    ['a vertex that is no number', ['OFF', '3 1 0', '0 0 x', '1 0 0', '0 1 0', '3 0 1 2'], 'mesh.undecodable'],
    ['no faces', ['OFF', '4 0 0', ...SQUARE], 'mesh.degenerate'],
  ])('refuses %s', async (_, lines, code) => {
    await expect(read(lines)).rejects.toMatchObject({ code })
  })
})
