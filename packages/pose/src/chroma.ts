import { luminanceOf } from '@sextant/geometry'

/** Keeps dark pixels from having arbitrary chromaticity. */
const DARK_OFFSET = 30

/** [n, 2] chromaticity r and g over r+g+b+30 of [n, 3] sRGB. */
export function chromaOf(colors: Uint8Array): Float32Array {
  const n = colors.length / 3
  const out = new Float32Array(2 * n)
  for (let i = 0; i < n; i++) {
    const sum = colors[3 * i] + colors[3 * i + 1] + colors[3 * i + 2] + DARK_OFFSET
    out[2 * i] = colors[3 * i] / sum
    out[2 * i + 1] = colors[3 * i + 1] / sum
  }
  return out
}

/** What a picture can say: hue and brightness, brightness alone (a monochrome camera), or nothing (no picture at all). */
export type PictureKind = 'color' | 'gray' | 'blank'

/** Channels of a monochrome picture differ by no more, sRGB counts: what a codec may leave. */
const GRAY_DIFFERENCE = 2
const GRAY_SHARE = 0.999
/** Standard deviation of brightness below which nothing is shown, sRGB counts. */
const BLANK_DEVIATION = 2

/** @param colors  [n, 3] sRGB */
export function pictureKindOf(colors: Uint8Array): PictureKind {
  const n = colors.length / 3
  let gray = 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < colors.length; i += 3) {
    const r = colors[i]
    const g = colors[i + 1]
    const b = colors[i + 2]
    if (Math.max(r, g, b) - Math.min(r, g, b) <= GRAY_DIFFERENCE) gray++
    sum += g
    squares += g * g
  }
  if (gray < GRAY_SHARE * n) return 'color'
  const variance = squares / n - (sum / n) ** 2
  return variance < BLANK_DEVIATION ** 2 ? 'blank' : 'gray'
}

/** The brightness in all three channels, [n, 3] sRGB. */
export function grayOf(colors: Uint8Array): Uint8Array {
  const out = new Uint8Array(colors.length)
  for (let i = 0; i < colors.length; i += 3) {
    out.fill(Math.round(luminanceOf(colors, i)), i, i + 3)
  }
  return out
}

/** Colour of a CAD that says something: not all grey of one brightness. */
export function isColorInformative(colors: Uint8Array): boolean {
  const n = colors.length / 3
  if (n === 0) return false
  let luminance = 0
  let squares = 0
  let saturation = 0
  for (let i = 0; i < n; i++) {
    const r = colors[3 * i]
    const g = colors[3 * i + 1]
    const b = colors[3 * i + 2]
    const sum = r + g + b + DARK_OFFSET
    const grey = (r + g + b) / 3 / sum
    const y = luminanceOf(colors, 3 * i)
    luminance += y
    squares += y * y
    saturation += Math.abs(r / sum - grey) + Math.abs(g / sum - grey)
  }
  const deviation = Math.sqrt(Math.max(0, squares / n - (luminance / n) ** 2))
  return saturation / n >= 0.015 || deviation >= 10
}
