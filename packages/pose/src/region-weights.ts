import type { Detection } from '@sextant/contracts'
import type { PreparedScene } from './prepare-scene.ts'
import type { SceneLevel } from './scene-level.ts'
import { trustedPixels } from './search-region.ts'
import type { LevelMask } from './verify-pose.ts'

/** Weight of an inlier outside the searched region, of 255. */
const OUTSIDE_WEIGHT = 76

/** [height, width] 255 inside the region, less outside. */
export function weightsOfRegion(level: SceneLevel, pixels: Int32Array): Uint8Array {
  const weights = new Uint8Array(level.width * level.height).fill(OUTSIDE_WEIGHT)
  for (const pixel of pixels) weights[pixel] = 255
  return weights
}

/** A detection's mask on the grid of a level, restricted to pixels with depth. */
export function levelMaskOf(scene: PreparedScene, level: SceneLevel, detection: Detection): LevelMask {
  const data = new Uint8Array(level.width * level.height)
  const factor = level.step / scene.fine.step
  let area = 0
  for (const pixel of trustedPixels(detection.mask, scene)) {
    const x = pixel % scene.fine.width
    const y = Math.floor(pixel / scene.fine.width)
    if (x % factor !== 0 || y % factor !== 0) continue
    const o = (y / factor) * level.width + x / factor
    if (level.depths[o] === 0) continue
    data[o] = 1
    area++
  }
  return { data, area }
}
