import { transformPointInto, type TriangleMesh } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { geometricModelInfo } from './geometric-symmetries.ts'

/** Box between two corners. */
function box(low: readonly number[], high: readonly number[]): TriangleMesh {
  const positions: number[] = []
  for (let k = 0; k < 8; k++) for (let c = 0; c < 3; c++) positions.push(((k >> c) & 1) === 1 ? high[c] : low[c])
  const quads = [
    [0, 1, 3, 2],
    [4, 6, 7, 5],
    [0, 4, 5, 1],
    [2, 3, 7, 6],
    [0, 2, 6, 4],
    [1, 5, 7, 3],
  ]
  const faces = quads.flatMap(([a, b, c, d]) => [a, b, c, a, c, d])
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
}

describe('geometricModelInfo', () => {
  it('finds the three half turns of a box that is off its origin', () => {
    const mesh = box([5, 5, 5], [45, 75, 165])
    const info = geometricModelInfo(mesh, Math.hypot(40, 70, 160))
    expect(info.continuous).toHaveLength(0)
    expect(info.discrete).toHaveLength(3)
    for (const m of info.discrete) {
      // The centre (25, 40, 85) stays where it is.
      const [x, y, z] = transformPointInto([0, 0, 0], Float64Array.from(m), [25, 40, 85])
      expect(x).toBeCloseTo(25, 6)
      expect(y).toBeCloseTo(40, 6)
      expect(z).toBeCloseTo(85, 6)
    }
  })

  it('finds the half turns of a square post that stands turned in its frame', () => {
    const post = box([-40, -40, -100], [40, 40, 100])
    const angle = (17 * Math.PI) / 180
    const positions = post.positions.slice()
    for (let i = 0; i < positions.length; i += 3) {
      const [x, y] = positions.subarray(i, i + 2)
      positions[i] = x * Math.cos(angle) - y * Math.sin(angle)
      positions[i + 1] = x * Math.sin(angle) + y * Math.cos(angle)
    }
    const info = geometricModelInfo({ ...post, positions }, Math.hypot(80, 80, 200))
    // Three turns about the long axis, and half turns about the two axes through faces and the two through edges.
    expect(info.continuous).toHaveLength(0)
    expect(info.discrete).toHaveLength(7)
    const across = info.discrete.filter((m) => m[10] < -0.99).map((m) => Math.atan2(m[1], m[0]) / 2 / (Math.PI / 180))
    expect(across).toHaveLength(4)
    for (const degrees of across) expect(Math.abs(((degrees - 17 + 360 + 22.5) % 45) - 22.5)).toBeLessThan(3)
  })

  it('finds a free axis of a cylinder and no turn of a corner piece', () => {
    const segments = 60
    const positions = [0, 0, -50, 0, 0, 50]
    const faces: number[] = []
    for (let k = 0; k < segments; k++) {
      const angle = (2 * Math.PI * k) / segments
      for (const z of [-50, 50]) positions.push(30 * Math.cos(angle), 30 * Math.sin(angle), z)
      const a = 2 + 2 * k
      const b = 2 + 2 * ((k + 1) % segments)
      faces.push(a, b, a + 1, b, b + 1, a + 1, 0, a, b, 1, a + 1, b + 1)
    }
    const can = geometricModelInfo(
      { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) },
      Math.hypot(100, 60),
    )
    expect(can.continuous).toHaveLength(1)
    expect(Math.abs(can.continuous[0].axis[2])).toBeCloseTo(1, 2)

    const corner: TriangleMesh = {
      positions: Float32Array.from([0, 0, 0, 100, 0, 0, 0, 60, 0, 0, 0, 30]),
      faces: Uint32Array.from([0, 1, 2, 0, 2, 3, 0, 3, 1, 1, 2, 3]),
    }
    const none = geometricModelInfo(corner, Math.hypot(100, 60))
    expect(none.discrete).toHaveLength(0)
    expect(none.continuous).toHaveLength(0)
  })
})
