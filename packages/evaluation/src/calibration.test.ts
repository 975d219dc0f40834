import { createRng } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import {
  calibrationError,
  calibrationFloorOf,
  fitLogistic,
  fitRidgeLogistic,
  recallAtFalsePositiveRate,
  reliabilityOf,
  rocOf,
} from './calibration.ts'

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

  it('knows how large the error of a true probability is, the larger the fewer the answers', () => {
    // One bin of scores of one half: the error is |k / n - 1/2|, k binomial; E|k - n/2| = n C(n, n/2) / 2^(n+1).
    const { mean, high } = calibrationFloorOf(new Array<number>(10).fill(0.5))
    expect(mean).toBeCloseTo(252 / 2 ** 11, 2)
    expect(high).toBeCloseTo(0.3, 12)
    const many = calibrationFloorOf(new Array<number>(1000).fill(0.5))
    expect(many.mean).toBeLessThan(0.02)
    expect(calibrationFloorOf([0, 1, 1])).toEqual({ mean: 0, high: 0 })
  })

  it('fits several terms, and shrinks all but the first and the constant', () => {
    const rows = drawn.map(({ score }) => [score, rng.normal(), 1])
    const labels = drawn.map(({ isRight }) => isRight)
    const [slope = 0, noise = 1, constant = 0] = fitRidgeLogistic(rows, labels, 1)
    expect(slope).toBeGreaterThan(8)
    expect(slope).toBeLessThan(10)
    expect(Math.abs(noise)).toBeLessThan(0.2)
    expect(-constant / slope).toBeCloseTo(0.8, 1)
    const shift = rows.map(([score = 0, other = 0]) => [other, score, 1])
    expect(fitRidgeLogistic(shift, labels, 1e4)[1]).toBeLessThan(1)
    expect(() =>
      fitRidgeLogistic(
        rows.map(([score = 0]) => [score, score, 1, 1]),
        labels,
        0,
      ),
    ).toThrow(RangeError)
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
