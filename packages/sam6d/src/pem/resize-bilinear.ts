/** Weights have 11 bits. */
const ONE = 2048

interface Taps {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly weight0: Int32Array
  readonly weight1: Int32Array
}

/**
 * OpenCV's bilinear resize of 8-bit images, to the bit: fixed-point weights, the two passes rounded as the library rounds
 * them. A floating-point resize differs by one level in about one pixel of eight.
 *
 * @param pixels  [height, width, channels]
 * @returns [outHeight, outWidth, channels]
 * @source OpenCV 4.6, INTER_LINEAR on 8-bit images
 */
export function resizeBilinear(
  pixels: Uint8Array,
  height: number,
  width: number,
  channels: number,
  outHeight: number,
  outWidth: number,
): Uint8Array {
  const across = tapsOf(width, outWidth, true)
  const down = tapsOf(height, outHeight, false)
  const rowLength = outWidth * channels
  const out = new Uint8Array(outHeight * rowLength)
  const upper = new Int32Array(rowLength)
  const lower = new Int32Array(rowLength)
  for (let v = 0; v < outHeight; v++) {
    mixRowInto(upper, pixels.subarray(down.first[v] * width * channels), across, channels)
    mixRowInto(lower, pixels.subarray(down.second[v] * width * channels), across, channels)
    const w0 = down.weight0[v]
    const w1 = down.weight1[v]
    for (let i = 0; i < rowLength; i++) {
      const value = ((((upper[i] >> 4) * w0) >> 16) + (((lower[i] >> 4) * w1) >> 16) + 2) >> 2
      out[v * rowLength + i] = value < 0 ? 0 : value > 255 ? 255 : value
    }
  }
  return out
}

function mixRowInto(out: Int32Array, row: Uint8Array, taps: Taps, channels: number): void {
  for (let u = 0, at = 0; u < taps.first.length; u++) {
    const a = taps.first[u] * channels
    const b = taps.second[u] * channels
    for (let c = 0; c < channels; c++, at++) out[at] = row[a + c] * taps.weight0[u] + row[b + c] * taps.weight1[u]
  }
}

/** Across, a source beyond the border gets weight 0; down, only its index is clamped. */
function tapsOf(size: number, outSize: number, isAcross: boolean): Taps {
  const taps = {
    first: new Int32Array(outSize),
    second: new Int32Array(outSize),
    weight0: new Int32Array(outSize),
    weight1: new Int32Array(outSize),
  }
  for (let d = 0; d < outSize; d++) {
    const position = Math.fround(((d + 0.5) * size) / outSize - 0.5)
    let base = Math.floor(position)
    let fraction = Math.fround(position - base)
    if (isAcross && base < 0) [base, fraction] = [0, 0]
    if (isAcross && base >= size - 1) [base, fraction] = [size - 1, 0]
    taps.first[d] = Math.min(Math.max(base, 0), size - 1)
    taps.second[d] = Math.min(Math.max(base + 1, 0), size - 1)
    taps.weight1[d] = roundHalfEven(fraction * ONE)
    taps.weight0[d] = roundHalfEven(Math.fround(1 - fraction) * ONE)
  }
  return taps
}

/** As Python and OpenCV round. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
