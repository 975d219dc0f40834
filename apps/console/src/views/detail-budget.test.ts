import { describe, expect, it } from 'vitest'
import { adapted, FIRST_DETAIL, type DetailBudget } from './detail-budget.ts'

const COUNT = 300_309

/** After so many frames on a machine that needs `base` ms, `surface` ms for surfaces and 1 ms for `rate` points. */
function settled(frames: number, base: number, surface: number, rate: number): DetailBudget[] {
  const budgets: DetailBudget[] = [FIRST_DETAIL]
  for (let k = 0; k < frames; k++) {
    const last = budgets[k] ?? FIRST_DETAIL
    budgets.push(adapted(last, base + (last.hasSurfaces ? surface : 0) + last.points / rate, COUNT))
  }
  return budgets
}

describe('the budget of a moving view', () => {
  it('is everything where a frame costs nothing', () => {
    expect(settled(60, 5, 0, 1e6).at(-1)).toEqual({ points: COUNT, hasSurfaces: true })
  })

  it('keeps surfaces where fewer points are enough', () => {
    const last = settled(60, 12, 8, 1000).at(-1)
    expect(last?.hasSurfaces).toBe(true)
    expect(last?.points).toBeGreaterThan(5000)
    expect(last?.points).toBeLessThan(21_000)
  })

  it('leaves surfaces out where the fewest points are not enough, without flicker', () => {
    const budgets = settled(200, 25, 14, 1000)
    expect(budgets.at(-1)?.hasSurfaces).toBe(false)
    expect(budgets.at(-1)?.points).toBeGreaterThanOrEqual(5000)
    expect(budgets.filter(({ hasSurfaces }, k) => hasSurfaces !== (budgets[k - 1]?.hasSurfaces ?? true))).toHaveLength(
      1,
    )
  })

  it('brings surfaces back when there is time again', () => {
    let budget: DetailBudget = { points: 5000, hasSurfaces: false }
    for (let k = 0; k < 20; k++) budget = adapted(budget, 16, COUNT)
    expect(budget.hasSurfaces).toBe(true)
  })

  it('never asks for more points than there are', () => {
    expect(adapted(FIRST_DETAIL, 16, 1200)).toEqual({ points: 1200, hasSurfaces: true })
    expect(adapted({ points: 1200, hasSurfaces: true }, 90, 1200)).toEqual({ points: 1200, hasSurfaces: false })
    expect(adapted(FIRST_DETAIL, 90, 0).points).toBe(0)
  })
})
