import type { RegionTree } from '@sextant/regions'
import { describe, expect, it } from 'vitest'
import { rankDiversely } from './rank-diversely.ts'

// four leaves of 10 px
const tree = { leafCount: 4, leafStarts: Int32Array.of(0, 10, 20, 30, 40) } as RegionTree
const candidate = (name: string, leaves: number[], score: number) => ({
  name,
  leaves: Int32Array.from(leaves),
  areaPx: 10 * leaves.length,
  score,
})
const candidates = [candidate('b', [2], 0.7), candidate('a', [0, 1], 0.9), candidate('a-', [0], 0.8)]

describe('rankDiversely', () => {
  it('is a plain sort without penalty', () => {
    const names = rankDiversely(candidates, tree, 9, 0).map(({ candidate: { name } }) => name)
    expect(names).toEqual(['a', 'a-', 'b'])
  })

  it('puts another place before a repetition', () => {
    const ranked = rankDiversely(candidates, tree, 9, 0.4)
    expect(ranked.map(({ candidate: { name } }) => name)).toEqual(['a', 'b', 'a-'])
    // IoU of a- with a is one half
    expect(ranked[2].score).toBeCloseTo(0.8 * (1 - 0.4 * 0.5), 12)
  })

  it('keeps the limit and descending scores', () => {
    const ranked = rankDiversely(candidates, tree, 2, 0.9)
    expect(ranked).toHaveLength(2)
    expect(ranked[0].score).toBeGreaterThanOrEqual(ranked[1].score)
  })

  it('answers nothing for nothing', () => {
    expect(rankDiversely([], tree, 5, 0.3)).toEqual([])
  })
})
