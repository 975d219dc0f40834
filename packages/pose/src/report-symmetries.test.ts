import type { ObjectSymmetries } from '@sextant/contracts'
import { rotationAbout, transformPointInto, type TriangleMesh, type Vector3 } from '@sextant/geometry'
import { createBoxMesh, createBracketMesh } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { reportSymmetries, symmetriesOfMesh } from './report-symmetries.ts'

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

function symmetriesOf(mesh: TriangleMesh, { inColor = false } = {}): ObjectSymmetries {
  const symmetries = symmetriesOfMesh(mesh)
  if (symmetries === null) throw new Error('nothing can be seen')
  return inColor ? symmetries.inColor() : symmetries.ofShape
}

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

  it.each([
    [0, 70],
    [0, 100],
    [0.35, 70],
    [0.35, 100],
  ])('gives all turns of a square prism that lies %d rad about its axis, %d mm tall', (angle, height) => {
    const prism = createBoxMesh([-40, -40, -height], [40, 40, height])
    const R = rotationAbout([0, 0, 1], angle)
    const turned = { ...prism, positions: prism.positions.slice() }
    for (let i = 0; i < turned.positions.length; i += 3) {
      const [x, y] = prism.positions.subarray(i, i + 2)
      turned.positions[i] = R[0] * x + R[1] * y
      turned.positions[i + 1] = R[3] * x + R[4] * y
    }
    const { symmetries_discrete, symmetries_continuous } = symmetriesOf(turned)
    expect(symmetries_continuous).toEqual([])
    expect(symmetries_discrete).toHaveLength(7)
    const corner = turned.positions.subarray(0, 3)
    for (const m of symmetries_discrete) {
      const [x, y, z] = transformPointInto([0, 0, 0], Float64Array.from(m), corner)
      let nearest = Infinity
      for (let i = 0; i < turned.positions.length; i += 3) {
        const [u, v, w] = turned.positions.subarray(i, i + 3)
        nearest = Math.min(nearest, Math.hypot(u - x, v - y, w - z))
      }
      // 5 % of the diameter.
      expect(nearest).toBeLessThan(11)
    }
  })

  it('counts colours when asked: a box with one end painted', () => {
    const box = createBoxMesh([-30, -20, -50], [30, 20, 50])
    const colors = Uint8Array.from(box.positions, (_, i) => (box.positions[3 * Math.floor(i / 3) + 2] > 0 ? 230 : 40))
    expect(symmetriesOf({ ...box, colors }).symmetries_discrete).toHaveLength(3)
    expect(symmetriesOf({ ...box, colors }, { inColor: true }).symmetries_discrete).toHaveLength(1)
    expect(symmetriesOf(box, { inColor: true }).symmetries_discrete).toHaveLength(3)
  })

  it('knows the axis of a printed can by its shape alone', () => {
    const can = canMesh([0, 0, 0], 33, 120)
    const colors = Uint8Array.from(can.positions, (_, i) => (can.positions[3 * Math.floor(i / 3)] > 5 ? 220 : 60))
    expect(symmetriesOf({ ...can, colors }).symmetries_continuous).toHaveLength(1)
    expect(symmetriesOf({ ...can, colors }, { inColor: true }).symmetries_continuous).toEqual([])
    const plain = colors.slice().fill(120)
    expect(symmetriesOf({ ...can, colors: plain }, { inColor: true }).symmetries_continuous).toHaveLength(1)
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
