import { createRng } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { grayOf, isColorInformative, pictureKindOf } from './chroma.ts'

const PIXELS = 4000

/** One pixel after the other. */
function paint(pixel: (k: number) => readonly [number, number, number]): Uint8Array {
  return Uint8Array.from(Array.from({ length: PIXELS }, (_, k) => pixel(k)).flat())
}

describe('pictureKindOf', () => {
  const rng = createRng(1)
  const brightness = Array.from({ length: PIXELS }, () => 20 + rng.integer(200))

  it('takes equal channels for a monochrome camera, and what a codec leaves of them', () => {
    expect(pictureKindOf(paint((k) => [brightness[k], brightness[k], brightness[k]]))).toBe('gray')
    expect(pictureKindOf(paint((k) => [brightness[k], brightness[k] + (k % 3), brightness[k]]))).toBe('gray')
  })

  it('takes a gray scene before a colour camera for colour: its white is never quite white', () => {
    expect(pictureKindOf(paint((k) => [brightness[k] + 4, brightness[k], brightness[k] + 1]))).toBe('color')
  })

  it('takes one red thing in a gray picture for colour', () => {
    expect(pictureKindOf(paint((k) => [brightness[k] + (k < 40 ? 35 : 0), brightness[k], brightness[k]]))).toBe('color')
  })

  it.each([0, 128, 255])('takes a picture that is %i everywhere for none', (value) => {
    expect(pictureKindOf(paint(() => [value, value, value]))).toBe('blank')
  })
})

describe('grayOf', () => {
  it('keeps brightness, drops hue', () => {
    expect([...grayOf(Uint8Array.of(255, 0, 0, 10, 10, 10, 0, 255, 0))]).toEqual([
      76, 76, 76, 10, 10, 10, 150, 150, 150,
    ])
    const halves = paint((k) => (k % 2 === 0 ? [200, 90, 30] : [40, 136, 200]))
    expect(isColorInformative(halves)).toBe(true)
    expect(isColorInformative(grayOf(halves))).toBe(false)
  })
})
