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
    const y = 0.299 * r + 0.587 * g + 0.114 * b
    luminance += y
    squares += y * y
    saturation += Math.abs(r / sum - grey) + Math.abs(g / sum - grey)
  }
  const deviation = Math.sqrt(Math.max(0, squares / n - (luminance / n) ** 2))
  return saturation / n >= 0.015 || deviation >= 10
}
