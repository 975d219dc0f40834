import { createRng } from '@sextant/geometry'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeNpyFloat16, encodeNpyFloat32, halfOf, numberOfHalf, parseNpy } from './npy.ts'
import {
  decodeRle,
  encodeRle,
  formatCompressedCounts,
  parseCompressedCounts,
  parseSegmentation,
  rleArea,
  rleBox,
} from './rle.ts'

const image = { width: 3, height: 2 }
// Column-major: (0,0) (0,1) | (1,0) (1,1) | (2,0) (2,1)
const mask = { ...image, data: Uint8Array.from([0, 1, 1, 1, 1, 0]) }
const rle = { size: [2, 3] as const, counts: [1, 4, 1] }

describe('run lengths', () => {
  it('are column-major and begin with zeros', () => {
    expect(encodeRle(mask)).toEqual({ size: [2, 3], counts: [1, 4, 1] })
    expect(encodeRle({ width: 1, height: 2, data: Uint8Array.from([1, 1]) }).counts).toEqual([0, 2])
  })

  it('measure area and box', () => {
    expect(rleArea(rle)).toBe(4)
    expect(rleBox(rle)).toEqual({ x0: 0, y0: 0, x1: 3, y1: 2 })
    expect(rleBox({ size: [4, 4], counts: [5, 2, 9] })).toEqual({ x0: 1, y0: 1, x1: 2, y1: 3 })
  })

  it('survive every round trip', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        (seed, width, height) => {
          const rng = createRng(seed)
          const data = Uint8Array.from({ length: width * height }, () => (rng.next() < 0.4 ? 1 : 0))
          const encoded = encodeRle({ width, height, data })
          expect([...decodeRle(encoded).data]).toEqual([...data])
          expect(parseCompressedCounts(formatCompressedCounts(encoded.counts))).toEqual(encoded.counts)
          const rows = Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)])
          for (const form of [encoded, { ...encoded, counts: formatCompressedCounts(encoded.counts) }, rows]) {
            expect(parseSegmentation(form, { width, height })).toEqual(encoded)
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    )
  })

  it.each([
    [{ size: [2, 3], counts: [1, 4, 2] }],
    [{ size: [2, 3], counts: [7, -1] }],
    [{ size: [3, 2], counts: [6] }],
    [{ size: [2, 3] }],
    [{ size: [2, 3], counts: '\u0001' }],
    [null],
    ['rle'],
    [[[0, 1, 0], [0]]],
  ])('refuse %j', (value) => {
    expect(() => parseSegmentation(value, image)).toThrow(expect.objectContaining({ code: 'segmentation.undecodable' }))
  })
})

describe('half floats', () => {
  it.each([
    [0, 0], [1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65520, 0x7c00], [2 ** -24, 1], [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [-Infinity, 0xfc00],
  ])('%d is %i', (value, bits) => {
    expect(halfOf(value)).toBe(bits)
  }) // prettier-ignore

  it('every finite half survives', () => {
    for (let half = 0; half < 0x10000; half++) {
      if ((half & 0x7c00) === 0x7c00) continue
      expect(halfOf(numberOfHalf(half))).toBe(half)
    }
  })
})

describe('npy', () => {
  it('reads back what it writes, with a header of whole 64 bytes', () => {
    const values = Float32Array.from([1, -2, 0.5, 1024, 3, 4])
    for (const bytes of [encodeNpyFloat16(values, [2, 3]), encodeNpyFloat32(values, [2, 3])]) {
      const { shape, data } = parseNpy(bytes)
      expect(shape).toEqual([2, 3])
      expect([...data]).toEqual([...values])
      expect((10 + bytes[8] + 256 * bytes[9]) % 64).toBe(0)
    }
  })

  it('reads from a view into larger memory, such as a Buffer', () => {
    const bytes = Buffer.concat([Buffer.alloc(24, 7), encodeNpyFloat32(Float32Array.of(1, 2), [2])]).subarray(24)
    expect([...parseNpy(bytes).data]).toEqual([1, 2])
  })

  it('refuses what is no .npy', () => {
    expect(() => parseNpy(new Uint8Array(100))).toThrow(RangeError)
  })
})
