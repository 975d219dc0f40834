import { decimateCamera, luminanceOf, type ColorImage, type LookupGrid, type PinholeCamera } from '@sextant/geometry'
import type { Surface } from '@sextant/surface'

/** The frame at one resolution, as refinement and verification read it. */
export interface SceneLevel {
  readonly width: number
  readonly height: number
  readonly camera: PinholeCamera
  /** image pixels per level pixel */
  readonly step: number
  /** [height, width] mm; 0 = missing */
  readonly depths: Float32Array
  /** [height, width, 3] unit, camera; zeros where unknown */
  readonly normals: Float32Array
  /** [height, width, 3] sRGB, averaged over the level's pixel */
  readonly colors: Uint8Array
  /** [height, width] strength of the strongest luminance edge within one pixel, 0..1 */
  readonly edges: Float32Array
}

/** Luminance steps (of 255, per level pixel) where an edge begins to count and where it counts fully. */
const EDGE_FLOOR = 6
const EDGE_FULL = 40

/** The level of the measured surface itself. */
export function levelOfSurface(surface: Surface, color: ColorImage): SceneLevel {
  const colors = averageColors(color, surface.step, surface.width, surface.height)
  return {
    width: surface.width,
    height: surface.height,
    camera: surface.camera,
    step: surface.step,
    depths: surface.depths,
    normals: surface.normals,
    colors,
    edges: edgeStrength(colors, surface.width, surface.height),
  }
}

/**
 * A level as racing and ICP look it up.
 *
 * @param weights  [height, width] 0..255 weight of a pixel, or null
 */
export function gridOf({ camera, depths, height, normals, width }: SceneLevel, weights: Uint8Array | null): LookupGrid {
  const { fx, fy, cx, cy } = camera
  return { width, height, fx, fy, cx, cy, depths, normals, weights }
}

/** Every second pixel of a level; colours averaged from the image. */
export function decimateLevel(level: SceneLevel, color: ColorImage): SceneLevel {
  const width = Math.ceil(level.width / 2)
  const height = Math.ceil(level.height / 2)
  const depths = new Float32Array(width * height)
  const normals = new Float32Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 2 * y * level.width + 2 * x
      const to = y * width + x
      depths[to] = level.depths[from]
      normals[3 * to] = level.normals[3 * from]
      normals[3 * to + 1] = level.normals[3 * from + 1]
      normals[3 * to + 2] = level.normals[3 * from + 2]
    }
  }
  const step = 2 * level.step
  const colors = averageColors(color, step, width, height)
  const camera = decimateCamera(level.camera, 2)
  return { width, height, camera, step, depths, normals, colors, edges: edgeStrength(colors, width, height) }
}

/** Mean colour of the step x step block centred on each level pixel. */
function averageColors(image: ColorImage, step: number, width: number, height: number): Uint8Array {
  const { data, width: stride } = image
  const out = new Uint8Array(3 * width * height)
  const half = step >> 1
  for (let y = 0; y < height; y++) {
    const y0 = Math.max(0, y * step - half)
    const y1 = Math.min(image.height, y * step - half + step + (step > 1 ? 1 : 0))
    for (let x = 0; x < width; x++) {
      const x0 = Math.max(0, x * step - half)
      const x1 = Math.min(image.width, x * step - half + step + (step > 1 ? 1 : 0))
      let r = 0
      let g = 0
      let b = 0
      for (let v = y0; v < y1; v++) {
        const end = 3 * (v * stride + x1)
        for (let i = 3 * (v * stride + x0); i < end; i += 3) {
          r += data[i]
          g += data[i + 1]
          b += data[i + 2]
        }
      }
      const n = (y1 - y0) * (x1 - x0)
      const o = 3 * (y * width + x)
      out[o] = r / n
      out[o + 1] = g / n
      out[o + 2] = b / n
    }
  }
  return out
}

/** Central differences of luminance, then the maximum over the 3x3 neighbourhood; 0 on the border. */
function edgeStrength(colors: Uint8Array, width: number, height: number): Float32Array {
  const luminance = new Float32Array(width * height)
  for (let i = 0; i < luminance.length; i++) luminance[i] = luminanceOf(colors, 3 * i)
  const strength = new Float32Array(width * height)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const o = y * width + x
      const gx = (luminance[o + 1] - luminance[o - 1]) / 2
      const gy = (luminance[o + width] - luminance[o - width]) / 2
      const g = Math.sqrt(gx * gx + gy * gy)
      strength[o] = g <= EDGE_FLOOR ? 0 : g >= EDGE_FULL ? 1 : (g - EDGE_FLOOR) / (EDGE_FULL - EDGE_FLOOR)
    }
  }
  // Along the rows, then across them.
  const alongRows = new Float32Array(width * height)
  for (let o = 1; o < strength.length - 1; o++) {
    alongRows[o] = Math.max(strength[o - 1], strength[o], strength[o + 1])
  }
  const out = new Float32Array(width * height)
  for (let y = 1; y < height - 1; y++) {
    for (let o = y * width + 1; o < (y + 1) * width - 1; o++) {
      out[o] = Math.max(alongRows[o - width], alongRows[o], alongRows[o + width])
    }
  }
  return out
}
