import { expect, it } from 'vitest'
import { evenOrder } from './even-order.ts'

it.each([1, 2, 3, 10, 4096, 300_309])('takes each of %i once', (count) => {
  expect(new Set(evenOrder(count)).size).toBe(count)
})

it('has none for nothing', () => {
  expect(evenOrder(0)).toHaveLength(0)
})

it('spreads every beginning evenly', () => {
  const count = 10_000
  for (const taken of [50, 333, 2500]) {
    const sorted = [...evenOrder(count).subarray(0, taken)].sort((a, b) => a - b)
    const gaps = sorted.slice(1).map((value, k) => value - (sorted[k] ?? 0))
    // Steps of the golden ratio leave gaps of at most three lengths, the longest under 2.7 times the mean.
    expect(Math.max(...gaps)).toBeLessThan((2.7 * count) / taken)
  }
})
