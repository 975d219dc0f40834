import { describe, expect, it } from 'vitest'
import { byteLengthOf, shareArrays } from './share-arrays.ts'

const positions = Float32Array.of(1, 2, 3)
const value = {
  name: 'a',
  positions,
  parts: [{ faces: Uint32Array.of(7).subarray(0, 1), again: positions }, null],
  bytes: Buffer.from([1, 2]),
}

describe('shareArrays', () => {
  it('copies typed arrays into shared memory, keeps values, kinds and identities, and does it once', () => {
    const shared = shareArrays(value)
    expect(shared).toEqual({ ...value, bytes: Uint8Array.of(1, 2) })
    expect(shared.positions.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(shared.parts[0]!.again).toBe(shared.positions)
    expect(value.positions.buffer).toBeInstanceOf(ArrayBuffer)
    expect(shareArrays(shared).positions).toBe(shared.positions)
  })
})

describe('byteLengthOf', () => {
  it('counts what is met twice once', () => {
    expect(byteLengthOf(value)).toBe(12 + 4 + 2)
    expect(byteLengthOf(null)).toBe(0)
  })
})
