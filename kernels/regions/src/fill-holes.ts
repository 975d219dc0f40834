import type { Surface } from '@sextant/surface'
import type { GridColor } from './grid-color.ts'
import type { RegionOptions } from './region-options.ts'

/** Levels of the bucket queue; costs beyond the last are not filled. */
const LEVELS = 256

/** The state of the filling. */
interface Flood {
  readonly width: number
  /** [height, width] of reaching a pixel; 0 where there is depth: nothing flows there */
  readonly costs: Uint16Array
  /** [height, width] leaf that reached a pixel, or -1 */
  readonly owners: Int32Array
  /** [LEVELS] pixels by cost, outdated ones among them */
  readonly buckets: readonly number[][]
  readonly color: GridColor
  readonly options: RegionOptions
}

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
  if (!(options.fillReach > 0)) return labels
  const costs = new Uint16Array(width * height)
  const owners = new Int32Array(width * height).fill(-1)
  const buckets = Array.from({ length: LEVELS }, (): number[] => [])
  const flood: Flood = { width, costs, owners, buckets, color, options }
  const isRim = new Uint8Array(width * height)
  for (let i = 0; i < labels.length; i++) {
    if (depths[i] > 0) continue
    costs[i] = LEVELS
    if (i > 0) isRim[i - 1] = 1
    if (i + 1 < labels.length) isRim[i + 1] = 1
    if (i >= width) isRim[i - width] = 1
    if (i + width < labels.length) isRim[i + width] = 1
  }
  for (let i = 0; i < labels.length; i++) {
    if (isRim[i] === 0) continue
    if (labels[i] >= 0) spread(flood, i, labels[i])
    else if (blocked[i] === 1) spread(flood, i, -1)
  }
  for (let level = 0; level < LEVELS; level++) {
    for (const i of buckets[level]) if (costs[i] === level) spread(flood, i, owners[i])
  }
  for (let i = 0; i < labels.length; i++) if (!(depths[i] > 0)) labels[i] = owners[i]
  return labels
}

/** To the four neighbours of a pixel. */
function spread(flood: Flood, from: number, owner: number): void {
  const { width, costs } = flood
  const x = from % width
  if (x > 0) reach(flood, from, from - 1, owner)
  if (x + 1 < width) reach(flood, from, from + 1, owner)
  if (from >= width) reach(flood, from, from - width, owner)
  if (from + width < costs.length) reach(flood, from, from + width, owner)
}

function reach({ costs, owners, buckets, color, options }: Flood, from: number, to: number, owner: number): void {
  if (costs[to] <= costs[from]) return
  const { red, green, brightness } = color
  const chroma = Math.abs(red[from] - red[to]) + Math.abs(green[from] - green[to])
  const light = Math.abs(brightness[from] - brightness[to]) / Math.min(brightness[from], brightness[to])
  const length = 1 + options.fillChroma * chroma + options.fillBrightness * light
  const cost = costs[from] + Math.ceil((LEVELS / options.fillReach) * length)
  if (cost >= costs[to]) return
  costs[to] = cost
  owners[to] = owner
  buckets[cost].push(to)
}
