import { createRng } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { addPoint, createReliefTally, reliefOf } from './relief.ts'

describe('reliefOf', () => {
  it('is the spread across a tilted plane far from the camera', () => {
    const rng = createRng(2)
    for (const spread of [0, 0.5, 4]) {
      const sums = createReliefTally()
      for (let k = 0; k < 2000; k++) {
        const x = 100 * rng.next()
        const y = 100 * rng.next()
        const off = spread * rng.normal()
        // across the normal (0.6, 0, -0.8)
        addPoint(sums, x + 0.6 * off, y, 900 + 0.75 * x - 0.8 * off)
      }
      expect(reliefOf(sums, 2000)).toBeCloseTo(spread, spread === 0 ? 3 : 0)
    }
  })

  it('is zero for fewer than three points', () => {
    const sums = createReliefTally()
    addPoint(sums, 1, 2, 3)
    expect(reliefOf(sums, 1)).toBe(0)
  })
})
