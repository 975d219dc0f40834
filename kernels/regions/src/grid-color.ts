import type { ColorImage } from '@sextant/geometry'

/** Colour on the surface grid: block means, split in chromaticity and brightness. */
export interface GridColor {
  /** [height, width] r / (r + g + b + 30) */
  readonly red: Float32Array
  /** [height, width] g / (r + g + b + 30) */
  readonly green: Float32Array
  /** [height, width] r + g + b + 30, 30..795 */
  readonly brightness: Float32Array
}

/** Keeps the chromaticity of dark pixels from exploding. */
const DARK = 30

/** Mean of the block of `step` x `step` pixels that starts at each grid pixel. */
export function createGridColor(color: ColorImage, width: number, height: number, step: number): GridColor {
  const red = new Float32Array(width * height)
  const green = new Float32Array(width * height)
  const brightness = new Float32Array(width * height)
  const { data } = color
  for (let y = 0, i = 0; y < height; y++) {
    const y1 = Math.min(color.height, (y + 1) * step)
    for (let x = 0; x < width; x++, i++) {
      const x1 = Math.min(color.width, (x + 1) * step)
      let r = 0
      let g = 0
      let b = 0
      let n = 0
      for (let v = y * step; v < y1; v++) {
        for (let k = 3 * (v * color.width + x * step); k < 3 * (v * color.width + x1); k += 3) {
          r += data[k]
          g += data[k + 1]
          b += data[k + 2]
          n++
        }
      }
      const sum = (r + g + b) / n + DARK
      red[i] = r / n / sum
      green[i] = g / n / sum
      brightness[i] = sum
    }
  }
  return { red, green, brightness }
}
