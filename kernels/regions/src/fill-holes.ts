import type { Surface } from '@sextant/surface'
import type { GridColor } from './grid-color.ts'
import type { RegionOptions } from './region-options.ts'

/** Levels of the bucket queue; costs beyond the last are not filled. */
const LEVELS = 256

/**
 * Gives pixels without depth to the surrounding leaf (or plane, or nothing) they are joined to by the most even colour:
 * sensors lose depth at rims and on dark or shiny parts, which still belong to the object.
 *
 * @param labels   [height, width] leaf or -1; filled in place
 * @param blocked  [height, width] 1 = measured but excluded; competes for the holes as "no leaf"
 * @cost O(holes) with a bucket queue
 */
export function fillHolesInto(
  labels: Int32Array,
  surface: Surface,
  blocked: Uint8Array,
  color: GridColor,
  options: RegionOptions,
): Int32Array {
  const { width, height, depths } = surface
  const { red, green, brightness } = color
  const { fillReach, fillChroma, fillBrightness } = options
  if (!(fillReach > 0)) return labels
  // 0 where there is depth: nothing flows there
  const cost = new Uint16Array(width * height)
  const owner = new Int32Array(width * height).fill(-1)
  const buckets: number[][] = Array.from({ length: LEVELS }, () => [])
  const stepLevels = LEVELS / fillReach
  const relax = (from: number, to: number, source: number): void => {
    if (cost[to] <= cost[from]) return
    const chroma = Math.abs(red[from] - red[to]) + Math.abs(green[from] - green[to])
    const light = Math.abs(brightness[from] - brightness[to]) / Math.min(brightness[from], brightness[to])
    const total = cost[from] + Math.ceil(stepLevels * (1 + fillChroma * chroma + fillBrightness * light))
    if (total >= cost[to]) return
    cost[to] = total
    owner[to] = source
    buckets[total].push(to)
  }
  const spread = (i: number, source: number): void => {
    const x = i % width
    if (x > 0) relax(i, i - 1, source)
    if (x + 1 < width) relax(i, i + 1, source)
    if (i >= width) relax(i, i - width, source)
    if (i + width < width * height) relax(i, i + width, source)
  }
  const isRim = new Uint8Array(width * height)
  for (let i = 0; i < labels.length; i++) {
    if (depths[i] > 0) continue
    cost[i] = LEVELS
    if (i > 0) isRim[i - 1] = 1
    if (i + 1 < labels.length) isRim[i + 1] = 1
    if (i >= width) isRim[i - width] = 1
    if (i + width < labels.length) isRim[i + width] = 1
  }
  for (let i = 0; i < labels.length; i++) {
    if (isRim[i] === 0) continue
    if (labels[i] >= 0) spread(i, labels[i])
    else if (blocked[i] === 1) spread(i, -1)
  }
  for (let level = 0; level < LEVELS; level++) {
    for (const i of buckets[level]) if (cost[i] === level) spread(i, owner[i])
  }
  for (let i = 0; i < labels.length; i++) if (!(depths[i] > 0)) labels[i] = owner[i]
  return labels
}
