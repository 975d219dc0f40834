import { describe, expect, it } from 'vitest'
import { isMeasured, sortByScore, thinCandidates, type Candidate } from './pose-pool.ts'

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** An unturned pose `x` mm to the right, 1 m away. */
function at(x: number, score: number): Candidate {
  return { pose: Float64Array.of(...IDENTITY, x, 0, 1000), score, region: 0, verification: null }
}

describe('the pool of candidates', () => {
  const crowd = Array.from({ length: 8 }, (_, k) => at(10 * k, 1 - 0.01 * k))
  const elsewhere = at(500, 0.2)
  const limits = { limit: 5, distance: 3, angle: 0.1, radius: 100 }

  it('is filled by one place that suits many poses when nothing forbids it', () => {
    const kept = thinCandidates([...crowd, elsewhere], { ...limits, perLocation: Infinity })
    expect(kept).toEqual(crowd.slice(0, 5))
  })

  it('keeps the best few of a place, so that a worse one elsewhere has its turn', () => {
    const kept = thinCandidates([...crowd, elsewhere], { ...limits, perLocation: 3 })
    expect(kept).toEqual([...crowd.slice(0, 3), elsewhere])
  })

  it('has no opinion of a pose that leaves the image', () => {
    const outside = { ...at(0, -1), verification: { score: -1, residualMm: 0, evidence: null } }
    expect([at(0, 0.5), outside].filter(isMeasured)).toEqual([])
  })

  it('drops a pose that repeats a better one', () => {
    const best = at(1, 0.9)
    const kept = thinCandidates(sortByScore([at(0, 0.5), best, elsewhere]), { ...limits, perLocation: Infinity })
    expect(kept).toEqual([best, elsewhere])
  })
})
