import { describe, expect, it } from 'vitest'
import { decodeMask, DETECTION_ROWS, MASK_COEFFICIENTS, selectDetections } from './detect-masks.ts'

interface Row {
  readonly at: readonly [cx: number, cy: number, width: number, height: number]
  readonly score: number
  readonly first?: number
}

/** [37, n], as the network answers. */
function answer(rows: readonly Row[]): Float32Array {
  const out = new Float32Array(DETECTION_ROWS * rows.length)
  rows.forEach(({ at, score, first = 0 }, i) => {
    for (const [k, value] of [...at, score, first].entries()) out[k * rows.length + i] = value
  })
  return out
}

describe('selectDetections', () => {
  it('answers corners, best first, of what is above the threshold', () => {
    const rows = answer([
      { at: [20, 30, 10, 20], score: 0.5, first: 3 },
      // At the threshold is not above it.
      { at: [60, 60, 10, 10], score: 0.25 },
      { at: [90, 30, 8, 6], score: 0.75, first: -2 },
    ])
    expect(selectDetections(rows).map(({ box, score, coefficients }) => [box, score, coefficients[0]])).toEqual([
      [[86, 27, 94, 33], 0.75, -2],
      [[15, 20, 25, 40], 0.5, 3],
    ])
  })

  it('drops what overlaps a better box by more than the limit, and only that', () => {
    // Areas 100 and 90 of 100: an overlap of 0.9 stays, 0.91 goes.
    const rows = answer([
      { at: [50, 50, 10, 10], score: 0.9 },
      { at: [50, 49.5, 10, 9], score: 0.8 },
      { at: [50, 50, 10, 9.1], score: 0.7 },
    ])
    const limits = [0.89, 0.9].map((overlapLimit) => selectDetections(rows, { overlapLimit }).map(({ score }) => score))
    expect(limits).toEqual([[Math.fround(0.9)], [Math.fround(0.9), Math.fround(0.8)]])
  })

  it('keeps the order of the network among equals, and no more than 200', () => {
    const rows = Array.from({ length: 450 }, (_, i): Row => ({ at: [4 * i, 10, 2, 2], score: i < 100 ? 0.5 : 0.75 }))
    const found = selectDetections(answer(rows))
    expect(found).toHaveLength(200)
    expect(found.map(({ box }) => (box[0] + 1) / 4)).toEqual(Array.from({ length: 200 }, (_, i) => 100 + i))
  })

  it('answers nothing when there is nothing, and leaves out what is no number', () => {
    expect(selectDetections(answer([]))).toEqual([])
    expect(selectDetections(answer([{ at: [5, 5, 4, 4], score: 0.1 }]))).toEqual([])
    const broken: Row[] = [
      { at: [NaN, 5, 4, 4], score: 0.9 },
      { at: [5, 5, Infinity, 4], score: 0.9 },
      { at: [5, 5, 4, 4], score: NaN },
    ]
    expect(selectDetections(answer(broken))).toEqual([])
  })
})

const SIDE = 32
const CELLS = 8

/** Prototype 0 is 1 in the given cells and -1 elsewhere. */
function prototypesOf(isOn: (u: number, v: number) => boolean): Float32Array {
  const out = new Float32Array(MASK_COEFFICIENTS * CELLS * CELLS)
  for (let i = 0; i < CELLS * CELLS; i++) out[i] = isOn(i % CELLS, Math.floor(i / CELLS)) ? 1 : -1
  return out
}

const decode = (box: readonly [number, number, number, number], prototypes: Float32Array, strength = 20): Uint8Array =>
  decodeMask(
    // What a mask before it left there does not show.
    new Float32Array(SIDE * SIDE).fill(1),
    { box, score: 1, coefficients: Float32Array.of(strength, ...new Float32Array(31)) },
    prototypes,
    SIDE,
  )

const pixels = (isIn: (u: number, v: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (isIn(i % SIDE, Math.floor(i / SIDE)) ? 1 : 0))

describe('decodeMask', () => {
  it('enlarges the cells of the shape; where two edges meet, the outermost pixel is more out than in', () => {
    const shape = prototypesOf((u, v) => u >= 2 && u < 5 && v >= 3 && v < 6)
    const isCorner = (u: number, v: number): boolean => (u === 8 || u === 19) && (v === 12 || v === 23)
    const expected = pixels((u, v) => u >= 8 && u < 20 && v >= 12 && v < 24 && !isCorner(u, v))
    expect(decode([0, 0, SIDE, SIDE], shape)).toEqual(expected)
    // A negative coefficient turns it.
    expect(decode([0, 0, SIDE, SIDE], shape, -20)).toEqual(expected.map((value) => 1 - value))
  })

  it('cuts at the box, among the cells: one counts from its first pixel', () => {
    const everywhere = prototypesOf(() => true)
    const isCorner = (u: number, v: number): boolean => (u === 8 || u === 15) && (v === 8 || v === 19)
    // From 7.9 / 4 up to but not including 16 / 4; from 4.1 / 4 up to 17 / 4.
    expect(decode([7.9, 4.1, 16, 17], everywhere)).toEqual(
      pixels((u, v) => u >= 8 && u < 16 && v >= 8 && v < 20 && !isCorner(u, v)),
    )
  })

  it('keeps a mask at the border whole, and ends there', () => {
    const isCorner = (u: number, v: number): boolean => u === 24 && v === 7
    expect(
      decode(
        [24, -9, 70, 8],
        prototypesOf(() => true),
      ),
    ).toEqual(pixels((u, v) => u >= 24 && v < 8 && !isCorner(u, v)))
  })

  it('is empty when the box holds no cell or none is likely', () => {
    const nothing = new Uint8Array(SIDE * SIDE)
    expect(
      decode(
        [8.5, 8.5, 11, 11],
        prototypesOf(() => true),
      ),
    ).toEqual(nothing)
    expect(
      decode(
        [40, 40, 50, 50],
        prototypesOf(() => true),
      ),
    ).toEqual(nothing)
    // One half is not above one half.
    expect(
      decode(
        [0, 0, SIDE, SIDE],
        prototypesOf(() => true),
        0,
      ),
    ).toEqual(nothing)
  })
})
