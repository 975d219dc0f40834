import { createRng, type TriangleMesh } from '@sextant/geometry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inDrawingOrder } from './drawing-order.ts'

/** Random triangles with random colours; the last vertex belongs to none. */
function soup(faceCount: number, seed: number): TriangleMesh {
  const rng = createRng(seed)
  const vertexCount = faceCount + 3
  return {
    positions: Float32Array.from({ length: 3 * vertexCount }, () => 200 * rng.next() - 50),
    faces: Uint32Array.from({ length: 3 * faceCount }, () => Math.floor(rng.next() * (vertexCount - 1))),
    colors: Uint8Array.from({ length: 3 * vertexCount }, () => Math.floor(256 * rng.next())),
  }
}

/** Every face as text: its corners, each with its colour. */
function facesOf({ colors, faces, positions }: TriangleMesh): string[] {
  const corners = Array.from(faces, (vertex) =>
    [...positions.slice(3 * vertex, 3 * vertex + 3), ...(colors?.slice(3 * vertex, 3 * vertex + 3) ?? [])].join(),
  )
  return Array.from({ length: faces.length / 3 }, (_, face) => corners.slice(3 * face, 3 * face + 3).join(';'))
}

describe('inDrawingOrder', () => {
  it('keeps every face, its winding and its colours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer(), (faceCount, seed) => {
        const mesh = soup(faceCount, seed)
        const ordered = inDrawingOrder(mesh)
        expect(facesOf(ordered).sort()).toEqual(facesOf(mesh).sort())
        expect(ordered.positions.length / 3).toBe(new Set(mesh.faces).size)
      }),
      { seed: 20261127, numRuns: 60 },
    )
  })

  it('brings neighbours together: faces of a shuffled grid follow each other in short steps', () => {
    const side = 32
    const faces: number[] = []
    const positions: number[] = []
    const order = Array.from({ length: side * side }, (_, k) => (k * 389) % (side * side))
    for (const cell of order) {
      const [x, y] = [cell % side, Math.floor(cell / side)]
      faces.push(positions.length / 3, positions.length / 3 + 1, positions.length / 3 + 2)
      positions.push(x, y, 0, x + 1, y, 0, x, y + 1, 0)
    }
    const meanStep = ({ positions: points }: TriangleMesh): number => {
      let sum = 0
      for (let o = 9; o < points.length; o += 9)
        sum += Math.hypot(points[o] - points[o - 9], points[o + 1] - points[o - 8])
      return sum / (points.length / 9 - 1)
    }
    const mesh = { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
    expect(meanStep(mesh)).toBeGreaterThan(8)
    expect(meanStep(inDrawingOrder(mesh))).toBeLessThan(2)
  })

  it('takes a mesh without extent and one without faces', () => {
    const point = { positions: new Float32Array(9), faces: Uint32Array.of(0, 1, 2) }
    expect(inDrawingOrder(point)).toEqual(point)
    const none = { positions: Float32Array.of(1, 2, 3), faces: new Uint32Array(0) }
    expect(inDrawingOrder(none).positions).toHaveLength(0)
  })
})
