import { rotationAbout, transformPointInto, type TriangleMesh, type Vector3 } from '@sextant/geometry'
import { createBoxMesh, createBracketMesh } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { prepareModel } from './prepare-model.ts'
import { reportSymmetries } from './report-symmetries.ts'

/** A closed can about the line through `foot` along z. */
function canMesh([x, y, z]: Vector3, radius: number, height: number, topRadius = radius): TriangleMesh {
  const steps = 72
  const positions = [x, y, z, x, y, z + height]
  const faces: number[] = []
  for (let k = 0; k < steps; k++) {
    const angle = (2 * Math.PI * k) / steps
    positions.push(x + radius * Math.cos(angle), y + radius * Math.sin(angle), z)
    positions.push(x + topRadius * Math.cos(angle), y + topRadius * Math.sin(angle), z + height)
    const [a, b] = [2 + 2 * k, 2 + 2 * ((k + 1) % steps)]
    faces.push(a, b, a + 1, b, b + 1, a + 1, 0, b, a, 1, a + 1, b + 1)
  }
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
}

const symmetriesOf = (mesh: TriangleMesh) => reportSymmetries(prepareModel(mesh))

describe('reportSymmetries', () => {
  it('gives the three half turns of a box about its own centre, wherever its origin is', () => {
    const { symmetries_discrete, symmetries_continuous } = symmetriesOf(createBoxMesh([200, -50, 10], [300, 10, 40]))
    expect(symmetries_continuous).toEqual([])
    expect(symmetries_discrete).toHaveLength(3)
    for (const m of symmetries_discrete) {
      const [x, y, z] = transformPointInto([0, 0, 0], Float64Array.from(m), [250, -20, 25])
      expect(Math.hypot(x - 250, y + 20, z - 25)).toBeLessThan(3)
      expect(m.slice(12)).toEqual([0, 0, 0, 1])
    }
  })

  it('gives the axis of a can and one motion that turns it over', () => {
    const { symmetries_discrete, symmetries_continuous } = symmetriesOf(canMesh([70, 30, -20], 33, 120))
    expect(symmetries_continuous).toHaveLength(1)
    const { axis = [], offset = [] } = symmetries_continuous.at(0) ?? {}
    expect(Math.abs(axis[2])).toBeGreaterThan(0.99)
    expect(Math.hypot(offset[0] - 70, offset[1] - 30)).toBeLessThan(2)
    expect(symmetries_discrete).toHaveLength(1)
    const foot = transformPointInto([0, 0, 0], Float64Array.from(symmetries_discrete[0]), [70, 30, -20])
    expect(Math.hypot(foot[0] - 70, foot[1] - 30, foot[2] - 100)).toBeLessThan(5)
  })

  it('gives the axis of a cup alone: upside down it is another', () => {
    const { symmetries_discrete, symmetries_continuous } = symmetriesOf(canMesh([0, 0, 0], 20, 100, 45))
    expect(symmetries_continuous).toHaveLength(1)
    expect(symmetries_discrete).toEqual([])
  })

  it('gives none of a bracket', () => {
    expect(symmetriesOf(createBracketMesh())).toEqual({ symmetries_discrete: [], symmetries_continuous: [] })
  })

  it('lists nothing besides the axes when every axis is free', () => {
    const half = Float64Array.from([...rotationAbout([1, 0, 0], Math.PI), 0, 0, 0])
    const freeAxes = [
      { direction: [1, 0, 0] as Vector3, point: [0, 0, 0] as Vector3, isExact: true },
      { direction: [0, 1, 0] as Vector3, point: [0, 0, 0] as Vector3, isExact: true },
    ]
    const ball = reportSymmetries({ center: [0, 0, 0], freeAxes, nearSymmetries: [half] })
    expect(ball.symmetries_discrete).toEqual([])
    expect(ball.symmetries_continuous).toHaveLength(2)
  })
})
