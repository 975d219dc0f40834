import { describe, expect, it } from 'vitest'
import { adapted, FIRST_DETAIL, restarted, type DetailBudget } from './detail-budget.ts'

const COUNT = 300_309

/**
 * After so many frames on a machine that needs `base` ms, `surface` ms for surfaces, `fine` ms for fine pixels and 1 ms
 * for `rate` points.
 */
function settled(frames: number, base: number, surface: number, fine: number, rate: number): DetailBudget[] {
  const budgets: DetailBudget[] = [FIRST_DETAIL]
  for (let k = 0; k < frames; k++) {
    const last = budgets[k] ?? FIRST_DETAIL
    const ms = base + (last.hasSurfaces ? surface : 0) + (last.isCoarse ? 0 : fine) + last.points / rate
    budgets.push(adapted(last, ms, COUNT))
  }
  return budgets
}

describe('the budget of a moving view', () => {
  it('is everything where a frame costs nothing', () => {
    expect(settled(60, 5, 0, 0, 1e6).at(-1)).toEqual({ points: COUNT, isCoarse: false, hasSurfaces: true })
  })

  it('keeps surfaces and fine pixels where fewer points are enough', () => {
    const last = settled(60, 12, 8, 2, 1000).at(-1)
    expect(last).toMatchObject({ hasSurfaces: true, isCoarse: false })
    expect(last?.points).toBeGreaterThan(5000)
    expect(last?.points).toBeLessThan(21_000)
  })

  it('keeps surfaces where coarse pixels are enough', () => {
    const budgets = settled(200, 12, 8, 20, 1000)
    expect(budgets.at(-1)).toMatchObject({ hasSurfaces: true, isCoarse: true })
    expect(budgets.filter(({ isCoarse }, k) => isCoarse !== (budgets[k - 1]?.isCoarse ?? false))).toHaveLength(1)
  })

  it('leaves surfaces out where the fewest points are not enough, without flicker', () => {
    const budgets = settled(200, 25, 14, 5, 1000)
    expect(budgets.at(-1)?.hasSurfaces).toBe(false)
    expect(budgets.at(-1)?.points).toBeGreaterThanOrEqual(5000)
    expect(budgets.filter(({ hasSurfaces }, k) => hasSurfaces !== (budgets[k - 1]?.hasSurfaces ?? true))).toHaveLength(
      1,
    )
  })

  it('brings surfaces back when there is time again', () => {
    let budget: DetailBudget = { points: 5000, isCoarse: true, hasSurfaces: false }
    for (let k = 0; k < 20; k++) budget = adapted(budget, 16, COUNT)
    expect(budget.hasSurfaces).toBe(true)
  })

  it('begins a movement with fine pixels only after one that had time for everything', () => {
    const all: DetailBudget = { points: COUNT, isCoarse: true, hasSurfaces: true }
    expect(restarted(all, COUNT).isCoarse).toBe(false)
    expect(restarted({ ...all, points: 20_000 }, COUNT).isCoarse).toBe(true)
    expect(restarted({ ...all, hasSurfaces: false }, COUNT).isCoarse).toBe(true)
  })

  it('never asks for more points than there are', () => {
    expect(adapted(FIRST_DETAIL, 16, 1200)).toEqual({ points: 1200, isCoarse: false, hasSurfaces: true })
    const coarse: DetailBudget = { points: 1200, isCoarse: true, hasSurfaces: true }
    expect(adapted(coarse, 90, 1200)).toEqual({ ...coarse, hasSurfaces: false })
    expect(adapted(FIRST_DETAIL, 90, 0).points).toBe(0)
  })
})
