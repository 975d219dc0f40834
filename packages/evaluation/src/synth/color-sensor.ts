import type { ColorImage, Rng } from '@sextant/geometry'
import { srgbOfLinear } from '@sextant/mesh'

/** Noise of a small colour sensor, in sRGB counts. */
const READ_NOISE = 1.1
const SHOT_NOISE = 0.09
const EXPOSURE = 1.35
const VIGNETTING = 0.16

/**
 * Turns radiance at twice the resolution into an 8-bit image: area average, lens shading, shoulder, gamma, noise that
 * spreads to the neighbours as demosaicing makes it.
 *
 * @param radiance  [2 height, 2 width, 3] linear
 * @param exposure  gain of red, green and blue
 */
export function senseColor(
  radiance: Float32Array,
  width: number,
  height: number,
  rng: Rng,
  exposure: readonly [number, number, number] = [EXPOSURE, EXPOSURE, EXPOSURE],
): ColorImage {
  const data = new Uint8Array(3 * width * height)
  const grain = Float32Array.from({ length: 3 * (width + 1) * (height + 1) }, () => rng.normal())
  const grainAt = (x: number, y: number, c: number): number => grain[3 * (y * (width + 1) + x) + c]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = (x - width / 2) / (width / 2)
      const dy = (y - height / 2) / (width / 2)
      const shading = 1 - VIGNETTING * (dx * dx + dy * dy)
      for (let c = 0; c < 3; c++) {
        let sum = 0
        for (let k = 0; k < 4; k++) {
          const source = (2 * y + (k >> 1)) * 2 * width + 2 * x + (k & 1)
          sum += radiance[3 * source + c]
        }
        const value = encode(shoulder((exposure[c] * shading * sum) / 4))
        const noise = 0.6 * grainAt(x, y, c) + 0.45 * (grainAt(x + 1, y, c) + grainAt(x, y + 1, c))
        data[3 * (y * width + x) + c] = Math.min(
          255,
          Math.max(0, value + noise * (READ_NOISE + SHOT_NOISE * Math.sqrt(value))),
        )
      }
    }
  }
  return { width, height, data }
}

/** Linear up to 0.7, then bent so that highlights run out softly. */
function shoulder(value: number): number {
  return value < 0.7 ? value : 1 - 0.3 * Math.exp((0.7 - value) / 0.3)
}

/** Linear 0..1 to sRGB 0..255. */
function encode(value: number): number {
  return 255 * srgbOfLinear(value)
}
