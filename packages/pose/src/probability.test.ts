import { describe, expect, it } from 'vitest'
import { raisedByCompany } from './probability.ts'

describe('probabilities of several poses of one object', () => {
  it('rise with the best of the others, up to fourfold odds, and keep their order', () => {
    const raised = raisedByCompany([0.98, 0.5, 0.2, 0.01])
    // odds 1 become 1 + 3 * 0.98, a quarter of them a quarter
    expect(raised[1]).toBeCloseTo(3.94 / 4.94, 12)
    expect(raised[2]).toBeCloseTo(0.985 / 1.985, 12)
    expect(raised[0]).toBeCloseTo((49 * 2.5) / (49 * 2.5 + 1), 12)
    expect(raised.toSorted((a, b) => b - a)).toEqual(raised)
  })

  it('hardly rise among improbable ones, and not at all alone', () => {
    for (const score of raisedByCompany([0.05, 0.04, 0.03])) expect(score).toBeLessThan(0.06)
    expect(raisedByCompany([0.37])).toEqual([0.37])
    expect(raisedByCompany([1, 0])).toEqual([1, 0])
    expect(raisedByCompany([])).toEqual([])
  })

  it('are equal where they were', () => {
    const [first, second] = raisedByCompany([0.6, 0.6])
    expect(first).toBe(second)
    expect(first).toBeCloseTo((1.5 * 2.8) / (1.5 * 2.8 + 1), 12)
  })
})
