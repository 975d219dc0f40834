import type { PinholeCamera } from '@sextant/geometry'
import type { Corners } from './suppress-overlaps.ts'
import { boxIou } from './suppress-overlaps.ts'

const BEST_OF = 5
const VISIBLE_SIMILARITY = 0.5
const EPSILON = 1e-6

/** Cosine of a class token with each template's, in the official order of operations. [views] */
export function similarities(query: Float32Array, templates: readonly Float32Array[]): Float32Array {
  const length = Math.max(norm(query), 1e-12)
  return Float32Array.from(templates, (template) => {
    let sum = 0
    for (let c = 0; c < query.length; c++) sum += query[c] * template[c]
    return Math.min(1, Math.max(0, sum / (length * Math.max(norm(template), 1e-12))))
  })
}

/** Mean of the five largest. */
export function semanticScore(similarity: Float32Array): number {
  const best = Float64Array.from(similarity).sort().subarray(-BEST_OF)
  return best.reduce((sum, value) => sum + value, 0) / best.length
}

export function bestTemplate(similarity: Float32Array): number {
  let best = 0
  for (let i = 1; i < similarity.length; i++) if (similarity[i] > similarity[best]) best = i
  return best
}

/**
 * How well the proposal's patches are found in the template, and which share of the template is seen.
 *
 * @param query      [p, C] unit or zero rows
 * @param reference  [p, C] unit or zero rows
 */
export function appearance(
  query: Float32Array,
  reference: Float32Array,
  width: number,
): { score: number; visible: number } {
  const count = query.length / width
  const best = new Float64Array(count).fill(-Infinity)
  let sum = 0
  let valid = 0
  for (let q = 0; q < count; q++) {
    let rowSum = 0
    for (let c = 0; c < width; c++) rowSum += query[q * width + c]
    if (rowSum !== 0) valid++
    let most = -Infinity
    for (let r = 0; r < count; r++) {
      let dot = 0
      for (let c = 0; c < width; c++) dot += query[q * width + c] * reference[r * width + c]
      if (dot > most) most = dot
      if (dot > best[r]) best[r] = dot
    }
    sum += most
  }
  let seen = 0
  let known = 0
  for (const value of best) {
    if (value > VISIBLE_SIMILARITY) seen++
    if (value !== 0) known++
  }
  return { score: Math.min(1, Math.max(0, sum / (valid + EPSILON))), visible: seen / (known + EPSILON) }
}

/**
 * Mean of the proposal's back-projected points.
 *
 * @param depth  [height, width] m
 * @param mask   [height, width]
 * @returns m, camera
 */
export function meanPoint(depth: Float32Array, mask: ArrayLike<number>, camera: PinholeCamera): Float64Array {
  const sum = [0, 0, 0]
  let count = 0
  for (let i = 0; i < depth.length; i++) {
    const z = mask[i] * depth[i]
    if (!(z > 0)) continue
    const u = i % camera.width
    sum[0] += ((u - camera.cx) * z) / camera.fx
    sum[1] += (((i - u) / camera.width - camera.cy) * z) / camera.fy
    sum[2] += z
    count++
  }
  return Float64Array.from(sum, (value) => value / (count + 1e-8))
}

/**
 * Image positions of object points, truncated to whole pixels and clamped to the image.
 *
 * @param points    [n, 3] m, object
 * @param rotation  [9] cameraFromObject
 * @param translation  [3] m
 * @returns [n, 2] u, v
 */
export function projectPoints(
  points: Float32Array,
  rotation: ArrayLike<number>,
  translation: ArrayLike<number>,
  camera: PinholeCamera,
): Int32Array {
  const out = new Int32Array((points.length / 3) * 2)
  for (let i = 0, at = 0; i < points.length; i += 3, at += 2) {
    const p: number[] = [0, 1, 2].map(
      (a) =>
        rotation[3 * a] * points[i] +
        rotation[3 * a + 1] * points[i + 1] +
        rotation[3 * a + 2] * points[i + 2] +
        translation[a],
    )
    const u = Math.trunc((camera.fx * p[0]) / p[2] + camera.cx)
    const v = Math.trunc((camera.fy * p[1]) / p[2] + camera.cy)
    out[at] = Math.min(Math.max(u, 0), camera.width - 1)
    out[at + 1] = Math.min(Math.max(v, 0), camera.height - 1)
  }
  return out
}

export function boundsOf(positions: Int32Array): Corners {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i])
    right = Math.max(right, positions[i])
    top = Math.min(top, positions[i + 1])
    bottom = Math.max(bottom, positions[i + 1])
  }
  return [left, top, right, bottom]
}

/**
 * IoU of each proposal's box with its projected one. The official demo sets all to 0 as soon as one pair does not overlap;
 * `isOfficial` does the same.
 */
export function projectedIous(boxes: readonly Corners[], projected: readonly Corners[], isOfficial: boolean): number[] {
  const apart = boxes.some((box, i) => {
    const other = projected[i]
    return (
      Math.min(box[2], other[2]) <= Math.max(box[0], other[0]) ||
      Math.min(box[3], other[3]) <= Math.max(box[1], other[1])
    )
  })
  return boxes.map((box, i) => (isOfficial && apart ? 0 : boxIou(box, projected[i])))
}

/** @source Lin et al. 2024, SAM-6D, equation 4 */
export function combineScores(semantic: number, appearanceScore: number, geometric: number, visible: number): number {
  return (semantic + appearanceScore + geometric * visible) / (2 + visible)
}

function norm(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum)
}
