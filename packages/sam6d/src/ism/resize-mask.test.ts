import { describe, expect, it } from 'vitest'
import { resizeMaskInto } from './resize-mask.ts'

/** A buffer in which another mask was before. */
const dirty = (length: number): Float32Array => new Float32Array(length).fill(7)

describe('resizeMaskInto', () => {
  it('enlarges as PyTorch does: soft at the border, clamped at the edges of the image', () => {
    const mask = { width: 2, height: 2, data: Uint8Array.of(1, 0, 0, 0) }
    const out = dirty(16)
    expect(resizeMaskInto(out, mask, { width: 4, height: 4 })).toBe(out)
    const row = [1, 0.75, 0.25, 0]
    expect([...out]).toEqual(row.flatMap((down) => row.map((across) => down * across)))
  })

  it('shrinks by two sources a pixel, not by area', () => {
    // 3 to 2: positions 0.25 and 1.75.
    const mask = { width: 3, height: 1, data: Float32Array.of(1, 0, 0.5) }
    expect([...resizeMaskInto(dirty(2), mask, { width: 2, height: 1 })]).toEqual([0.75, 0.375])
  })

  it('copies what has the size already', () => {
    const mask = { width: 3, height: 1, data: Uint8Array.of(0, 1, 1) }
    expect([...resizeMaskInto(dirty(3), mask, mask)]).toEqual([0, 1, 1])
  })

  it('clears what lies far from the mask, and all of it when the mask is empty', () => {
    const [width, height] = [4, 8]
    const data = new Uint8Array(width * height)
    const size = { width: 8, height: 16 }
    expect(resizeMaskInto(dirty(128), { width, height, data }, size)).toEqual(new Float32Array(128))
    data[3 * width + 1] = 1
    const out = resizeMaskInto(dirty(128), { width, height, data }, size)
    const at = Array.from(out, (value, i) => [value, i % 8, Math.floor(i / 8)] as const).filter(
      ([value]) => value !== 0,
    )
    // Rows and columns around the pixel, two of them shared with its neighbours on either side.
    expect([...new Set(at.map(([, , v]) => v))]).toEqual([5, 6, 7, 8])
    expect([...new Set(at.map(([, u]) => u))].sort()).toEqual([1, 2, 3, 4])
    expect(at.reduce((sum, [value]) => sum + value, 0)).toBe(4)
  })
})
