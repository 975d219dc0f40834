import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areaOf, rleOfRuns, runsOf, sharedArea, subtractRuns, uniteRuns, type PixelRuns } from './pixel-runs.ts'

const SIZE = [6, 9] as const
const mask = fc.array(fc.boolean(), { minLength: 54, maxLength: 54 })

/** Runs of a mask written out pixel by pixel. */
function runsFrom(pixels: readonly boolean[]): PixelRuns {
  const runs: number[] = []
  pixels.forEach((inside, i) => {
    if (!inside) return
    if (runs.at(-1) === i) runs[runs.length - 1] = i + 1
    else runs.push(i, i + 1)
  })
  return runs
}

describe('pixel runs agree with sets of pixels', () => {
  it('there and back through the wire form', () => {
    fc.assert(
      fc.property(mask, (a) => {
        expect(runsOf(rleOfRuns(runsFrom(a), SIZE))).toEqual(runsFrom(a))
      }),
    )
    expect(rleOfRuns([], SIZE)).toEqual({ size: SIZE, counts: [54] })
  })

  it('area, intersection, difference, union', () => {
    fc.assert(
      fc.property(mask, mask, (a, b) => {
        const [x, y] = [runsFrom(a), runsFrom(b)]
        expect(areaOf(x)).toBe(a.filter(Boolean).length)
        expect(sharedArea(x, y)).toBe(a.filter((inside, i) => inside && b[i]).length)
        expect(subtractRuns(x, y)).toEqual(runsFrom(a.map((inside, i) => inside && !b[i])))
        expect(uniteRuns(x, y)).toEqual(runsFrom(a.map((inside, i) => inside || b[i] === true)))
      }),
    )
  })
})
