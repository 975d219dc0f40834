import { describe, expect, it } from 'vitest'
import { colorOfDepth, depthRange } from './depth-colors.ts'

describe('depthRange', () => {
  it('ignores missing depth and the outermost 2 %', () => {
    const depths = Float32Array.from({ length: 1000 }, (_, i) => (i < 100 ? 0 : 500 + i))
    depths[999] = 60_000
    const [near, far] = depthRange(depths)
    expect(near).toBeGreaterThanOrEqual(600)
    expect(near).toBeLessThan(625)
    expect(far).toBeLessThan(1500)
  })

  it('is never empty: no depth, one depth', () => {
    expect(depthRange(new Float32Array(4))).toEqual([0, 1])
    expect(depthRange(Float32Array.of(700, 700))).toEqual([700, 701])
  })
})

describe('colorOfDepth', () => {
  it('is warm near, cold far, and stays at the ends', () => {
    const near = colorOfDepth(500, 500, 1000)
    const far = colorOfDepth(1000, 500, 1000)
    expect(near[0]).toBeGreaterThan(near[2])
    expect(colorOfDepth(800, 500, 1000)[1]).toBeGreaterThan(far[1])
    expect(colorOfDepth(10, 500, 1000)).toEqual(near)
    expect(colorOfDepth(9000, 500, 1000)).toEqual(far)
  })
})
