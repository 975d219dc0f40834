import { describe, expect, it } from 'vitest'
import { raisedByCompany } from './probability.ts'

describe('probabilities of several poses of one object', () => {
  it('rise with the number of others that are there, up to fourfold odds, and keep their order', () => {
    const scores = [0.99, 0.98, 0.95, 0.9, 0.5, 0.2, 0.01]
    const raised = raisedByCompany(scores)
    // 4.03 others and more: odds of 1 become 4, odds of 1/4 become 1
    expect(raised[4]).toBeCloseTo(0.8, 12)
    expect(raised[5]).toBeCloseTo(0.5, 12)
    expect(raised.toSorted((a, b) => b - a)).toEqual(raised)
    // 2.5 others: halfway
    expect(raisedByCompany([1, 1, 0.5, 0.5])[3]).toBeCloseTo(2.5 / 3.5, 12)
  })

  it('do not rise beside one other, nor among improbable ones', () => {
    expect(raisedByCompany([0.98, 0.4])).toEqual([0.98, 0.4])
    expect(raisedByCompany([0.2, 0.2, 0.1, 0.1, 0.1])).toEqual([0.2, 0.2, 0.1, 0.1, 0.1])
    expect(raisedByCompany([0.37])).toEqual([0.37])
    expect(raisedByCompany([])).toEqual([])
  })

  it('stay sure where they were, and equal', () => {
    expect(raisedByCompany([1, 1, 1, 1, 0])).toEqual([1, 1, 1, 1, 0])
    const [first, second] = raisedByCompany([0.6, 0.6, 0.9, 0.9])
    expect(first).toBe(second)
  })
})
