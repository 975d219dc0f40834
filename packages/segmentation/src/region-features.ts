import { createRng } from '@sextant/geometry'
import { robustExtent, type GridColor } from '@sextant/regions'
import type { Surface } from '@sextant/surface'

/**
 * What a visible piece of surface looks like, whatever its place and its turn in the image. The same numbers are taken
 * of template views and of proposals, so that the two can be compared.
 */
export interface RegionFeatures {
  /** area of the silhouette at its depth, mm² */
  readonly areaMm2: number
  /** diameter of the visible surface without its outermost 3 %, mm */
  readonly extentMm: number
  /** [COLOR_BINS] share of the pixels by chromaticity; sums to 1, or all 0 without pixels */
  readonly colors: Float32Array
  /** [LIGHT_BINS] share of the pixels by brightness relative to the piece's median; sums to 1, or all 0 */
  readonly lights: Float32Array
  /** [PAIR_BINS] share of point pairs by distance and angle between normals; sums to 1, or all 0 */
  readonly pairs: Float32Array
}

/** Chromaticity plane: red minus green and yellow minus blue, both in ±CHROMA_RANGE of the brightness. */
const CHROMA_SIDE = 16
const CHROMA_RANGE = 0.55
export const COLOR_BINS: number = CHROMA_SIDE * CHROMA_SIDE

/** Brightness from a quarter to four times the median. */
export const LIGHT_BINS = 8
const LIGHT_RANGE = Math.log(4)

/** Distances from 8 mm in steps of a factor of the square root of 2, angles in steps of 30 degrees. */
const DISTANCE_BINS = 12
const SHORTEST_PAIR = 8
const ANGLE_BINS = 5
export const PAIR_BINS: number = DISTANCE_BINS * ANGLE_BINS
const PAIR_SAMPLES = 800
/** The constant that `GridColor` adds to r + g + b. */
const DARKNESS = 30

const PAIR_SEED = 20_240_917

/**
 * @param pixels    grid indices of the piece
 * @cost O(pixels + PAIR_SAMPLES)
 */
export function describeRegion(pixels: Int32Array, surface: Surface, color: GridColor): RegionFeatures {
  const { depths, camera } = surface
  let squares = 0
  let measured = 0
  for (const i of pixels) {
    const z = depths[i]
    if (!(z > 0)) continue
    squares += z * z
    measured++
  }
  const meanSquare = measured > 0 ? squares / measured : 0
  return {
    // float32 as in a cache, so that cached and fresh descriptors rank the same
    areaMm2: Math.fround((pixels.length * meanSquare) / (camera.fx * camera.fy)),
    extentMm: Math.fround(robustExtent(surface, pixels)),
    colors: chromaHistogram(pixels, color),
    lights: lightHistogram(pixels, color),
    pairs: pairHistogram(pixels, surface),
  }
}

/** Bilinear votes and a binomial blur over one bin: a small shift of the white balance moves little mass. */
function chromaHistogram(pixels: Int32Array, { red, green, brightness }: GridColor): Float32Array {
  const out = new Float32Array(COLOR_BINS)
  if (pixels.length === 0) return out
  const scale = CHROMA_SIDE / (2 * CHROMA_RANGE)
  const share = 1 / pixels.length
  for (const i of pixels) {
    const blue = blueOf(red[i], green[i], brightness[i])
    const x = clamp((red[i] - green[i] + CHROMA_RANGE) * scale - 0.5, 0, CHROMA_SIDE - 1.001)
    const y = clamp((0.5 * (red[i] + green[i]) - blue + CHROMA_RANGE) * scale - 0.5, 0, CHROMA_SIDE - 1.001)
    const x0 = Math.floor(x)
    const y0 = Math.floor(y)
    const fx = x - x0
    const fy = y - y0
    const k = y0 * CHROMA_SIDE + x0
    out[k] += share * (1 - fx) * (1 - fy)
    out[k + 1] += share * fx * (1 - fy)
    out[k + CHROMA_SIDE] += share * (1 - fx) * fy
    out[k + CHROMA_SIDE + 1] += share * fx * fy
  }
  return blur(out)
}

/** 3x3 binomial; mass at the border stays inside. */
function blur(bins: Float32Array): Float32Array {
  const out = new Float32Array(bins.length)
  for (let y = 0; y < CHROMA_SIDE; y++) {
    for (let x = 0; x < CHROMA_SIDE; x++) {
      const value = bins[y * CHROMA_SIDE + x] / 16
      if (value === 0) continue
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const k = clamp(y + dy, 0, CHROMA_SIDE - 1) * CHROMA_SIDE + clamp(x + dx, 0, CHROMA_SIDE - 1)
          out[k] += value * (dx === 0 ? 2 : 1) * (dy === 0 ? 2 : 1)
        }
      }
    }
  }
  return out
}

/** Blue share of a grid colour: what is neither red nor green nor the constant against darkness. */
export function blueOf(red: number, green: number, brightness: number): number {
  return 1 - DARKNESS / brightness - red - green
}

function lightHistogram(pixels: Int32Array, { brightness }: GridColor): Float32Array {
  const out = new Float32Array(LIGHT_BINS)
  if (pixels.length === 0) return out
  const sorted = Float32Array.from(pixels, (i) => brightness[i]).sort()
  const median = sorted[sorted.length >> 1]
  const share = 1 / pixels.length
  for (const value of sorted) {
    const x = clamp(
      ((Math.log(value / median) + LIGHT_RANGE) / (2 * LIGHT_RANGE)) * LIGHT_BINS - 0.5,
      0,
      LIGHT_BINS - 1.001,
    )
    const x0 = Math.floor(x)
    out[x0] += share * (1 - x + x0)
    out[x0 + 1] += share * (x - x0)
  }
  return out
}

/**
 * Distances and normal angles of random pairs: a shape distribution, invariant to pose.
 * @source Osada et al. 2002 (D2), with the angle between the normals as second axis
 */
function pairHistogram(pixels: Int32Array, { width, depths, normals, camera }: Surface): Float32Array {
  const out = new Float32Array(PAIR_BINS)
  const known = pixels.filter((i) => depths[i] > 0 && normals[3 * i + 2] !== 0)
  if (known.length < 8) return out
  const rng = createRng(PAIR_SEED)
  let total = 0
  for (let s = 0; s < PAIR_SAMPLES; s++) {
    const i = known[rng.integer(known.length)]
    const j = known[rng.integer(known.length)]
    if (i === j) continue
    const zi = depths[i]
    const zj = depths[j]
    const ui = i % width
    const uj = j % width
    const dx = ((ui - camera.cx) * zi - (uj - camera.cx) * zj) / camera.fx
    const dy = (((i - ui) / width - camera.cy) * zi - ((j - uj) / width - camera.cy) * zj) / camera.fy
    const distance = Math.sqrt(dx * dx + dy * dy + (zi - zj) * (zi - zj))
    const cosine =
      normals[3 * i] * normals[3 * j] +
      normals[3 * i + 1] * normals[3 * j + 1] +
      normals[3 * i + 2] * normals[3 * j + 2]
    const x = clamp(2 * Math.log2(distance / SHORTEST_PAIR), 0, DISTANCE_BINS - 1.001)
    const y = clamp(Math.acos(clamp(cosine, -1, 1)) * (6 / Math.PI), 0, ANGLE_BINS - 1.001)
    const x0 = Math.floor(x)
    const y0 = Math.floor(y)
    const fx = x - x0
    const fy = y - y0
    const k = x0 * ANGLE_BINS + y0
    out[k] += (1 - fx) * (1 - fy)
    out[k + 1] += (1 - fx) * fy
    out[k + ANGLE_BINS] += fx * (1 - fy)
    out[k + ANGLE_BINS + 1] += fx * fy
    total++
  }
  if (total > 0) for (let k = 0; k < PAIR_BINS; k++) out[k] /= total
  return out
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
