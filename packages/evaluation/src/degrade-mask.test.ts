import { describe, expect, it } from 'vitest'
import { cutMask, dilateMask, erodeMask, maskDistance, mergeMasks } from './degrade-mask.ts'

/** A square of side 10 at (x, 10) in 60 x 30. */
function squareAt(x0: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(60 * 30)
  for (let y = 10; y < 20; y++) data.fill(1, y * 60 + x0, y * 60 + x0 + 10)
  return { width: 60, height: 30, data }
}
const areaOf = ({ data }: { data: Uint8Array }): number => data.reduce((sum, value) => sum + value, 0)

describe('degraded masks', () => {
  it('grow and shrink by the radius', () => {
    // A disc of radius 2 adds 2 rows on each side and 1 + 2 + 0.. pixels at the corners.
    expect(areaOf(dilateMask(squareAt(20), 2))).toBe(100 + 4 * 20 + 4 * 3 - 4 * 2)
    expect(areaOf(erodeMask(squareAt(20), 2))).toBe(36)
    expect(areaOf(erodeMask(squareAt(20), 6))).toBe(0)
  })

  it('keep the asked share on the asked side', () => {
    const half = cutMask(squareAt(20), 0.5, 0)
    expect(areaOf(half)).toBe(50)
    expect(half.data[15 * 60 + 29]).toBe(1)
    expect(half.data[15 * 60 + 20]).toBe(0)
  })

  it('merge with the nearest neighbour', () => {
    const [a, b] = [squareAt(0), squareAt(33)]
    expect(areaOf(mergeMasks(a, b))).toBe(200)
    expect(maskDistance(a, b)).toBe(24)
    expect(maskDistance(a, { ...b, data: new Uint8Array(b.data.length) })).toBe(Infinity)
  })
})
