import type { ColorImage, PinholeCamera, Rng } from '@sextant/geometry'
import { srgbOfLinear } from '@sextant/mesh'

/** Standard normal numbers drawn once; a frame walks through them from a random start. */
export type NoiseTable = Float32Array

const TABLE_SIZE = 1 << 16
const COLOR_NOISE = 1.4
const EXPOSURE = 1.35
const GAMMA_STEPS = 4096
/** Triangulation: mm between the imagers, px of noise per pixel and per patch, px of the step. */
const BASELINE = 55
const PIXEL_NOISE = 0.035
const PATCH_NOISE = 0.05
const PATCH = 5
const DISPARITY_STEP = 1 / 32
const EDGE_JUMP = 14
const EDGE_DROPOUT = 0.35
const EDGE_JITTER = 0.55
const FARTHEST = 4000

export function createNoiseTable(rng: Rng): NoiseTable {
  return Float32Array.from({ length: TABLE_SIZE }, () => rng.normal())
}

/** Linear 0..1 to sRGB 0..255. */
const GAMMA = Float32Array.from({ length: GAMMA_STEPS + 1 }, (_, step) => 255 * srgbOfLinear(step / GAMMA_STEPS))

/** Exposes radiance to 8 bits with sensor noise. @param radiance  [height, width, 3] linear */
export function exposeTable(
  radiance: Float32Array,
  width: number,
  height: number,
  noise: NoiseTable,
  rng: Rng,
): ColorImage {
  const data = new Uint8Array(radiance.length)
  let k = rng.integer(TABLE_SIZE)
  for (let i = 0; i < data.length; i++) {
    const step = Math.min(GAMMA_STEPS, Math.round(GAMMA_STEPS * EXPOSURE * radiance[i]))
    k = (k + 1) % TABLE_SIZE
    data[i] = Math.min(255, Math.max(0, GAMMA[step] + COLOR_NOISE * noise[k] + 0.5))
  }
  return { width, height, data }
}

/**
 * What a stereo camera makes of true distances: ragged edges, noise of pixels and patches, steps in disparity.
 *
 * @param depths  [height, width] mm
 * @returns [height, width] mm, rounded; 0 = missing
 */
export function measureTable(depths: Float32Array, camera: PinholeCamera, noise: NoiseTable, rng: Rng): Uint16Array {
  const { width, height } = camera
  const out = new Uint16Array(width * height)
  const toDisparity = camera.fx * BASELINE
  const patchColumns = Math.ceil(width / PATCH)
  const patchStart = rng.integer(TABLE_SIZE)
  let k = rng.integer(TABLE_SIZE)
  const next = (): number => noise[(k = (k + 1) % TABLE_SIZE)]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const isEdge =
        Math.abs(depths[i] - depths[y * width + Math.min(width - 1, x + 1)]) > EDGE_JUMP ||
        Math.abs(depths[i] - depths[Math.min(height - 1, y + 1) * width + x]) > EDGE_JUMP
      if (isEdge && rng.next() < EDGE_DROPOUT) continue
      const sx = Math.min(width - 1, Math.max(0, x + Math.round(EDGE_JITTER * next())))
      const sy = Math.min(height - 1, Math.max(0, y + Math.round(EDGE_JITTER * next())))
      const z = depths[sy * width + sx]
      if (z === 0 || z > FARTHEST) continue
      const patch = noise[(patchStart + Math.floor(y / PATCH) * patchColumns + Math.floor(x / PATCH)) % TABLE_SIZE]
      const disparity = toDisparity / z + PIXEL_NOISE * next() + PATCH_NOISE * patch
      const distance = toDisparity / (Math.round(disparity / DISPARITY_STEP) * DISPARITY_STEP)
      if (distance > 0 && distance < FARTHEST) out[i] = Math.round(distance)
    }
  }
  return out
}
