import type { Rle } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import type { Surface } from '@sextant/surface'
import { describe, expect, it } from 'vitest'
import { encodeGridMask } from './grid-mask.ts'

const surfaceOf = (width: number, height: number, step: number): Surface => ({
  width,
  height,
  step,
  camera: { fx: 100, fy: 100, cx: 0, cy: 0, width, height },
  depths: new Float32Array(width * height),
  normals: new Float32Array(3 * width * height),
  inverseDepthNoise: 1e-6,
})

/** Column-major runs to a row-major image. */
function decode({ size: [height, width], counts }: Rle): Uint8Array {
  const out = new Uint8Array(width * height)
  let at = 0
  counts.forEach((count, k) => {
    for (let end = at + count; at < end; at++) out[(at % height) * width + Math.floor(at / height)] = k % 2
  })
  expect(at).toBe(width * height)
  return out
}

describe('encodeGridMask', () => {
  it('covers the block of every grid pixel', () => {
    // grid 3x2, step 2: the pixel (1, 0) covers columns 2..3, rows 0..1 of 6x4
    const { mask, box } = encodeGridMask(Int32Array.of(1), surfaceOf(3, 2, 2), 6, 4)
    expect(box).toEqual({ x0: 2, y0: 0, x1: 4, y1: 2 })
    expect(mask.counts).toEqual([8, 2, 2, 2, 10])
  })

  it('starts with a run of no zeros at the first pixel and ends without an empty run at the last', () => {
    const { mask } = encodeGridMask(Int32Array.of(0, 1), surfaceOf(1, 2, 1), 1, 2)
    expect(mask.counts).toEqual([0, 2])
  })

  it('joins runs over full columns', () => {
    const { mask } = encodeGridMask(Int32Array.of(0, 1, 2, 3), surfaceOf(2, 2, 1), 2, 2)
    expect(mask.counts).toEqual([0, 4])
  })

  it('encodes nothing as one run of zeros', () => {
    const { mask, box } = encodeGridMask(new Int32Array(0), surfaceOf(3, 2, 2), 6, 4)
    expect(mask.counts).toEqual([24])
    expect(box).toEqual({ x0: 0, y0: 0, x1: 0, y1: 0 })
  })

  it.each([
    { width: 13, height: 9, step: 1 },
    { width: 13, height: 9, step: 2 },
    { width: 14, height: 11, step: 3 },
  ])('equals the nearest grid pixel everywhere for $width x $height, step $step', ({ width, height, step }) => {
    const surface = surfaceOf(Math.ceil(width / step), Math.ceil(height / step), step)
    const rng = createRng(step)
    const grid = Uint8Array.from({ length: surface.width * surface.height }, () => (rng.next() < 0.5 ? 1 : 0))
    const pixels = Int32Array.from(grid.keys()).filter((i) => grid[i] === 1)
    const image = decode(encodeGridMask(pixels, surface, width, height).mask)
    const nearest = (value: number, size: number): number =>
      Math.min(size - 1, Math.floor((value + ((step - 1) >> 1)) / step))
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        const expected = grid[nearest(v, surface.height) * surface.width + nearest(u, surface.width)]
        expect(image[v * width + u], `pixel ${u}, ${v}`).toBe(expected)
      }
    }
  })
})
