import type { TriangleMesh } from '@sextant/geometry'
import { createBoxMesh, createBracketMesh } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { inspectMesh } from './inspect-mesh.ts'
import { finishMesh } from './mesh-builder.ts'

const inspect = (mesh: TriangleMesh) => inspectMesh({ mesh, degenerateFaceCount: 0, warnings: [] })

/** Three vertices of its own for every face, as formats with seams write it. */
function split({ positions, faces }: TriangleMesh): TriangleMesh {
  return {
    positions: Float32Array.from([...faces].flatMap((v) => [...positions.subarray(3 * v, 3 * v + 3)])),
    faces: Uint32Array.from(faces, (_, i) => i),
  }
}

describe('inspectMesh', () => {
  it('measures a box', () => {
    const { diameter, ...rest } = inspect(createBoxMesh([-10, 0, 5], [90, 60, 35]))
    expect(diameter).toBeCloseTo(Math.hypot(100, 60, 30), 9)
    expect(rest).toEqual({
      vertexCount: 8,
      faceCount: 12,
      degenerateFaceCount: 0,
      boundingBox: { min: [-10, 0, 5], max: [90, 60, 35], size: [100, 60, 30] },
      centroidOffset: [40, 30, 20],
      isWatertight: true,
      colors: 'vertex',
    })
  })

  it('sees through seams, and finds a hole', () => {
    const box = createBoxMesh([0, 0, 0], [1, 1, 1])
    expect(inspect(split(box)).isWatertight).toBe(true)
    expect(inspect({ ...split(box), faces: split(box).faces.subarray(3) }).isWatertight).toBe(false)
    expect(inspect(split(box)).colors).toBe('none')
  })

  it('takes zero and minus zero for one place', () => {
    const box = split(createBoxMesh([0, 0, 0], [1, 1, 1]))
    expect(inspect({ ...box, positions: box.positions.map((x, i) => (x === 0 && i % 2 === 0 ? -0 : x)) }).isWatertight).toBe(true) // prettier-ignore
  })

  it('joins all vertices at one place and no others: a torus of 20 000 loose triangles', () => {
    const [rows, columns] = [100, 100]
    const positions: number[] = []
    const faces: number[] = []
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const [u, v] = [(2 * Math.PI * r) / rows, (2 * Math.PI * c) / columns]
        positions.push((50 + 9 * Math.cos(v)) * Math.cos(u), (50 + 9 * Math.cos(v)) * Math.sin(u), 9 * Math.sin(v))
        const at = (dr: number, dc: number): number => ((r + dr) % rows) * columns + ((c + dc) % columns)
        faces.push(at(0, 0), at(1, 0), at(1, 1), at(0, 0), at(1, 1), at(0, 1))
      }
    }
    const torus = { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
    const { isWatertight, centroidOffset } = inspect(split(torus))
    expect(isWatertight).toBe(true)
    expect(Math.hypot(...centroidOffset)).toBeLessThan(1e-3)
  })

  it('counts faces without area, and knows textures', () => {
    const { positions, faces } = createBracketMesh()
    const parsed = finishMesh(positions, [...faces, 0, 0, 1, 2, 2, 2], null, [])
    expect(inspectMesh({ ...parsed, hasTexture: true })).toMatchObject({
      degenerateFaceCount: 2,
      faceCount: faces.length / 3,
      colors: 'texture',
    })
  })
})
