import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '@sextant/geometry'
import { createKdTree } from './kd-tree.ts'
import { nearestInto } from './nearest.ts'

function bruteForce(points: Float32Array, query: Float32Array): number {
  let best = Infinity
  for (let i = 0; i < points.length; i += 3) {
    best = Math.min(
      best,
      (points[i] - query[0]) ** 2 + (points[i + 1] - query[1]) ** 2 + (points[i + 2] - query[2]) ** 2,
    )
  }
  return best
}

function run(points: Float32Array, queries: Float32Array): { indices: Uint32Array; squared: Float32Array } {
  const indices = new Uint32Array(queries.length / 3)
  const squared = new Float32Array(queries.length / 3)
  nearestInto(indices, squared, createKdTree(points), queries)
  return { indices, squared }
}

describe('nearestInto', () => {
  it('finds a point itself', () => {
    const points = Float32Array.from([0, 0, 0, 10, 0, 0, 0, 10, 0])
    expect([...run(points, points).indices]).toEqual([0, 1, 2])
  })

  it('answers Infinity for an empty tree', () => {
    expect(run(new Float32Array(0), Float32Array.from([1, 2, 3])).squared[0]).toBe(Infinity)
  })

  it('lives with duplicates', () => {
    const points = new Float32Array(300).fill(5)
    expect(run(points, Float32Array.from([5, 5, 6])).squared[0]).toBe(1)
  })

  it('refuses NaN', () => {
    expect(() => createKdTree(Float32Array.from([0, Number.NaN, 0]))).toThrow(RangeError)
  })

  it('agrees with brute force', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 400 }), (seed, n) => {
        const rng = createRng(seed)
        // Coarse coordinates make ties and equal splits likely.
        const points = Float32Array.from({ length: 3 * n }, () => Math.round(20 * rng.next()))
        const queries = Float32Array.from({ length: 60 }, () => 24 * rng.next() - 2)
        const { indices, squared } = run(points, queries)
        for (let i = 0; i < 20; i++) {
          const query = queries.subarray(3 * i, 3 * i + 3)
          expect(squared[i]).toBeCloseTo(bruteForce(points, query), 3)
          expect(bruteForce(points.subarray(3 * indices[i], 3 * indices[i] + 3), query)).toBeCloseTo(squared[i], 3)
        }
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})
