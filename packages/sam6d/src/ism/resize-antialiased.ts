/** Weights have 22 bits. */
const ONE = 2 ** 22

/**
 * Pillow's bilinear resize of 8-bit images, to the bit: a triangle filter that widens when shrinking, fixed-point weights,
 * rounding to 8 bits after each pass.
 *
 * @param pixels  [height, width, 3]
 * @returns [outHeight, outWidth, 3]
 * @source Pillow 9, Resample.c
 */
export function resizeAntialiased(
  pixels: Uint8Array,
  height: number,
  width: number,
  outHeight: number,
  outWidth: number,
): Uint8Array {
  const across = tapsOf(width, outWidth)
  const half = new Uint8Array(height * outWidth * 3)
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < outWidth; u++) {
      const { first, weights } = across[u]
      for (let c = 0; c < 3; c++) {
        let sum = ONE / 2
        for (let k = 0; k < weights.length; k++) sum += pixels[(v * width + first + k) * 3 + c] * weights[k]
        half[(v * outWidth + u) * 3 + c] = toByte(sum)
      }
    }
  }
  const down = tapsOf(height, outHeight)
  const rowLength = outWidth * 3
  const out = new Uint8Array(outHeight * rowLength)
  for (let v = 0; v < outHeight; v++) {
    const { first, weights } = down[v]
    for (let i = 0; i < rowLength; i++) {
      let sum = ONE / 2
      for (let k = 0; k < weights.length; k++) sum += half[(first + k) * rowLength + i] * weights[k]
      out[v * rowLength + i] = toByte(sum)
    }
  }
  return out
}

function tapsOf(size: number, outSize: number): { readonly first: number; readonly weights: Int32Array }[] {
  const scale = size / outSize
  const support = Math.max(scale, 1)
  return Array.from({ length: outSize }, (_, o) => {
    const centre = (o + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - support + 0.5))
    const last = Math.min(size, Math.trunc(centre + support + 0.5))
    const raw = Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((k + first - centre + 0.5) / support)),
    )
    const total = raw.reduce((sum, value) => sum + value, 0)
    return { first, weights: Int32Array.from(raw, (value) => Math.round((value / total) * ONE)) }
  })
}

function toByte(sum: number): number {
  const value = Math.floor(sum / ONE)
  return value < 0 ? 0 : value > 255 ? 255 : value
}
