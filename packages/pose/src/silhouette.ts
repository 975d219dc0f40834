import type { RasterTarget } from '@sextant/raster'
import type { SceneLevel } from './scene-level.ts'

export interface SilhouetteMeasure {
  /** outline confirmed by a depth jump, a normal change or an image edge, 0..1 */
  readonly support: number
  /** outline across which the same surface simply continues: a look-alike cut out of something larger, 0..1 */
  readonly lookalike: number
  /** mean image edge strength along the outline, 0..1 */
  readonly edge: number
}

/** How far outside the outline the frame is asked, image px. */
const OUTSET_PX = 4
const NORMAL_CHANGE_COSINE = Math.cos((32 * Math.PI) / 180)

/**
 * Asks the frame just outside the rendered outline whether the object ends there.
 *
 * @param tau  allowed surface distance, mm
 */
export function measureSilhouette(level: SceneLevel, target: RasterTarget, tau: number): SilhouetteMeasure {
  const { width, height, depths, normals, edges } = level
  const rendered = target.depths
  const { x0, y0, x1, y1 } = target.coverage
  const outset = Math.max(1.6, OUTSET_PX / level.step)
  let supportSum = 0
  let weightSum = 0
  let lookalike = 0
  let edgeSum = 0
  let count = 0
  for (let y = Math.max(1, y0); y < Math.min(height - 1, y1); y++) {
    for (let x = Math.max(1, x0); x < Math.min(width - 1, x1); x++) {
      const o = y * width + x
      const z = rendered[o]
      if (z === 0) continue
      const left = rendered[o - 1] === 0 ? 1 : 0
      const right = rendered[o + 1] === 0 ? 1 : 0
      const up = rendered[o - width] === 0 ? 1 : 0
      const down = rendered[o + width] === 0 ? 1 : 0
      if (left + right + up + down === 0) continue
      const own = depths[o]
      if (own !== 0 && own < z - 2 * tau) continue // hidden here
      let dx = 2 * (right - left)
      let dy = 2 * (down - up)
      for (const [u, v] of DIAGONALS) {
        if (rendered[o + v * width + u] === 0) {
          dx += u
          dy += v
        }
      }
      const length = Math.sqrt(dx * dx + dy * dy)
      if (length === 0) continue
      const qx = Math.round(x + (outset * dx) / length)
      const qy = Math.round(y + (outset * dy) / length)
      if (qx < 0 || qy < 0 || qx >= width || qy >= height) continue
      const q = qy * width + qx
      if (rendered[q] !== 0) continue
      count++
      edgeSum += edges[o]
      const outside = depths[q]
      if (outside === 0) {
        // Dark, shiny or half hidden from the depth camera: the picture decides.
        supportSum += 0.5 * Math.max(0.35, 0.9 * edges[o])
        weightSum += 0.5
        continue
      }
      const gap = outside - z
      if (gap > 2 * tau) {
        supportSum += 1
        weightSum += 1
      } else if (gap < -2 * tau) {
        supportSum += 0.3 * 0.1
        weightSum += 0.3
      } else {
        const n = 3 * o
        const m = 3 * q
        const cosine =
          target.normals[n] * normals[m] +
          target.normals[n + 1] * normals[m + 1] +
          target.normals[n + 2] * normals[m + 2]
        const support = cosine < NORMAL_CHANGE_COSINE ? 0.8 : 0.7 * edges[o]
        supportSum += support
        weightSum += 1
        lookalike += 1 - support
      }
    }
  }
  if (count === 0) return { support: 0, lookalike: 0, edge: 0 }
  return { support: weightSum > 0 ? supportSum / weightSum : 0, lookalike: lookalike / count, edge: edgeSum / count }
}

const DIAGONALS = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const
