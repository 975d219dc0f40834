import { describe, expect, it } from 'vitest'
import { createRng } from '@sextant/geometry'
import { sampleFarthestPoints } from './farthest-points.ts'

/** Every distance after every sample, as the kernel does it, with the winner of a tie found thread by thread. */
function sampleEveryDistance(points: Float32Array, count: number): number[] {
  const n = points.length / 3
  const threads = Math.min(512, 2 ** Math.floor(Math.log2(n)))
  const bits = Math.log2(threads)
  const turned = (thread: number): number =>
    bits === 0 ? 0 : Number.parseInt(thread.toString(2).padStart(bits, '0').split('').reverse().join(''), 2)
  const distances = new Float32Array(n).fill(1e10)
  const sample = [0]
  while (sample.length < count) {
    const last = sample.at(-1)!
    for (let k = 0; k < n; k++) {
      let square = 0
      for (let axis = 0; axis < 3; axis++) {
        const step = Math.fround(points[3 * k + axis] - points[3 * last + axis])
        square = Math.fround(square + Math.fround(step * step))
      }
      distances[k] = Math.min(distances[k], square)
    }
    const farthest = Math.max(...distances)
    const tied = Array.from({ length: n }, (_, k) => k).filter((k) => distances[k] === farthest)
    sample.push(tied.reduce((a, b) => (turned(b % threads) < turned(a % threads) ? b : a)))
  }
  return sample
}

describe('sampleFarthestPoints', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'picks as if every distance were computed, ties and repeats included (seed %i)',
    (seed) => {
      const rng = createRng(seed)
      const n = 1 + rng.integer(1500)
      // Few different coordinates make many ties.
      const steps = 2 + rng.integer(60)
      const lattice = Float32Array.from({ length: 3 * n }, () => rng.integer(steps) / steps)
      const cloud = Float32Array.from({ length: 3 * n }, () => rng.normal())
      for (const points of [lattice, cloud]) {
        expect([...sampleFarthestPoints(points, 150)]).toEqual(sampleEveryDistance(points, 150))
      }
    },
  )

  it('repeats a point that is all there is', () => {
    expect([...sampleFarthestPoints(Float32Array.of(1, 2, 3), 3)]).toEqual([0, 0, 0])
  })

  it('refuses an empty cloud', () => {
    expect(() => sampleFarthestPoints(new Float32Array(0), 1)).toThrow(RangeError)
  })
})
