import { describe, expect, it } from 'vitest'
import { contactSheet } from './contact-sheet.ts'
import { encodeAlphaPng } from './encode.ts'

const flat = (value: number) => ({ width: 4, height: 4, data: new Uint8Array(48).fill(value) })

describe('contactSheet', () => {
  it('puts images in rows, shrunk by averaging, black where there is none', () => {
    const sheet = contactSheet([flat(10), flat(20), flat(30), flat(40), flat(50)], 3, 2)
    expect([sheet.width, sheet.height]).toEqual([6, 4])
    const row = (y: number): number[] => Array.from({ length: 6 }, (_, x) => sheet.data[3 * (6 * y + x)])
    expect([row(1), row(2)]).toEqual([
      [10, 10, 20, 20, 30, 30],
      [40, 40, 50, 50, 0, 0],
    ])
  })

  it('averages each channel on its own', () => {
    const data = Uint8Array.from([0, 10, 20, 100, 10, 20, 0, 30, 20, 100, 30, 20])
    expect([...contactSheet([{ width: 2, height: 2, data }], 1, 2).data]).toEqual([50, 20, 20])
  })
})

describe('encodeAlphaPng', () => {
  it('writes colour with alpha', async () => {
    const png = Buffer.from(await encodeAlphaPng(new Uint8Array(4 * 6).fill(7), 3, 2))
    // Width, height, bit depth 8, colour type 6: RGB with alpha.
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 6])
  })
})
