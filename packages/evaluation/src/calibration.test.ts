import { createRng } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { calibrationError, fitLogistic, recallAtFalsePositiveRate, reliabilityOf, rocOf } from './calibration.ts'

const rng = createRng(5)
const drawn = Array.from({ length: 4000 }, () => {
  const score = 2 * rng.next()
  return { score, isRight: rng.next() < 1 / (1 + Math.exp(-9 * (score - 0.8))) }
})

describe('calibration', () => {
  it('fits the logistic that made the sample, and is then calibrated', () => {
    const { slope, midpoint } = fitLogistic(drawn)
    expect(slope).toBeGreaterThan(8)
    expect(slope).toBeLessThan(10)
    expect(midpoint).toBeCloseTo(0.8, 1)
    const probable = drawn.map(({ score, isRight }) => ({
      score: 1 / (1 + Math.exp(-slope * (score - midpoint))),
      isRight,
    }))
    expect(calibrationError(probable)).toBeLessThan(0.02)
    expect(calibrationError(drawn.map(({ isRight }) => ({ score: 0.99, isRight })))).toBeGreaterThan(0.3)
    expect(() => fitLogistic(drawn.filter((answer) => answer.isRight))).toThrow(RangeError)
  })

  it('stays finite for a separable sample', () => {
    const { slope, midpoint } = fitLogistic([
      { score: 0, isRight: false },
      { score: 1, isRight: true },
    ])
    expect(slope).toBeGreaterThan(0)
    expect(midpoint).toBeCloseTo(0.5, 6)
    expect(Number.isFinite(slope)).toBe(true)
  })

  it('counts bins and operating points', () => {
    expect(
      reliabilityOf([
        { score: 1, isRight: true },
        { score: 0.95, isRight: false },
        { score: 0.2, isRight: false },
      ]),
    ).toEqual([
      { count: 1, meanScore: 0.2, rightShare: 0 },
      { count: 2, meanScore: 0.975, rightShare: 0.5 },
    ])
    const points = rocOf(
      [
        { score: 0.9, isRight: true },
        { score: 0.6, isRight: true },
        { score: 0.8, isRight: false },
        { score: -Infinity, isRight: false },
      ],
      [0.7, -Infinity],
    )
    expect(recallAtFalsePositiveRate(points, 0)).toEqual({ threshold: 0.9, falsePositiveRate: 0, recall: 0.25 })
    expect(recallAtFalsePositiveRate(points, 0.5)?.recall).toBe(0.5)
  })
})
