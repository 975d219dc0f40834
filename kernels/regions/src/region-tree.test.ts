import { createRng } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { DIRECTIONS, SPAN_WIDTH, widenSpan } from './region-tree.ts'

describe('widenSpan', () => {
  it('answers the bits of the products with DIRECTIONS', () => {
    const rng = createRng(3)
    for (let k = 0; k < 200; k++) {
      const [x, y, z] = [0, 1, 2].map(() => 500 * rng.normal())
      const spans = new Float32Array(2 * SPAN_WIDTH)
      for (let s = SPAN_WIDTH; s < spans.length; s += 2) spans.set([Infinity, -Infinity], s)
      widenSpan(spans, SPAN_WIDTH, x, y, z)
      const products = Float32Array.from(
        { length: SPAN_WIDTH / 2 },
        (_, d) => DIRECTIONS[3 * d] * x + DIRECTIONS[3 * d + 1] * y + DIRECTIONS[3 * d + 2] * z,
      )
      expect(spans.subarray(SPAN_WIDTH)).toEqual(Float32Array.from([...products].flatMap((p) => [p, p])))
      expect(spans.subarray(0, SPAN_WIDTH)).toEqual(new Float32Array(SPAN_WIDTH))
    }
  })

  it('widens and never narrows', () => {
    const spans = new Float32Array(SPAN_WIDTH)
    widenSpan(spans, 0, 10, 0, 0)
    widenSpan(spans, 0, 5, -1, 0)
    expect([...spans.subarray(0, 6)]).toEqual([0, 10, -1, 0, 0, 0])
  })
})
