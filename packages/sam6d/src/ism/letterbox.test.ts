import { describe, expect, it } from 'vitest'
import type { ColorImage } from '@sextant/geometry'
import { resizeBilinear } from '../pem/resize-bilinear.ts'
import { letterbox } from './letterbox.ts'

const GREY = Math.fround(114 / 255)

/** Every value another. */
function gradient(width: number, height: number): ColorImage {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7) % 251) }
}

describe('letterbox', () => {
  it('takes an image that fits as it is, in planes', () => {
    const color = gradient(8, 8)
    const { planes, ...map } = letterbox(color, 8)
    expect(map).toEqual({ side: 8, left: 0, top: 0, innerWidth: 8, innerHeight: 8, gain: 1 })
    const expected = [0, 1, 2].flatMap((c) =>
      Array.from({ length: 64 }, (_, i) => Math.fround(color.data[3 * i + c] / 255)),
    )
    expect([...planes]).toEqual(expected)
  })

  it('turns the channels when asked to', () => {
    const color = gradient(8, 8)
    const [rgb, bgr] = [letterbox(color, 8).planes, letterbox(color, 8, true).planes]
    expect(bgr).toEqual(Float32Array.of(...rgb.subarray(128), ...rgb.subarray(64, 128), ...rgb.subarray(0, 64)))
  })

  it.each([
    // Odd grey goes to the bottom or right; 8.5 rows round to the even 8, as Python rounds.
    { width: 16, height: 9, side: 16, left: 0, top: 3, innerWidth: 16, innerHeight: 9 },
    { width: 9, height: 16, side: 16, left: 3, top: 0, innerWidth: 9, innerHeight: 16 },
    { width: 32, height: 17, side: 16, left: 0, top: 4, innerWidth: 16, innerHeight: 8 },
    { width: 4, height: 3, side: 16, left: 0, top: 2, innerWidth: 16, innerHeight: 12 },
  ])('$width x $height stands in the middle of $side', ({ width, height, side, ...expected }) => {
    const color = gradient(width, height)
    const { planes, ...map } = letterbox(color, side)
    expect(map).toEqual({ side, gain: side / Math.max(width, height), ...expected })
    const { left, top, innerWidth, innerHeight } = expected
    const inner = resizeBilinear(color.data, height, width, 3, innerHeight, innerWidth)
    for (let v = 0; v < side; v++) {
      for (let u = 0; u < side; u++) {
        const [x, y] = [u - left, v - top]
        const isInside = x >= 0 && x < innerWidth && y >= 0 && y < innerHeight
        const value = isInside ? Math.fround(inner[3 * (y * innerWidth + x) + 1] / 255) : GREY
        expect(planes[side * side + v * side + u]).toBe(value)
      }
    }
  })
})
