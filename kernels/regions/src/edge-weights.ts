import type { Surface } from '@sextant/surface'
import type { GridColor } from './grid-color.ts'
import type { RegionOptions } from './region-options.ts'

/** Edges of one direction; each joins two grid pixels with depth in one row or in one column. */
export interface Edges {
  /** [count] grid indices; `seconds` lie right of or below `firsts` */
  readonly firsts: Int32Array
  readonly seconds: Int32Array
  count: number
}

/** Numbers per edge: dissimilarity by cause. */
export const EDGE_PARTS = 3
/** distance to the neighbour's tangent plane, and depth jumps */
export const DISTANCE = 0
/** change of the normal; concave more than convex */
export const TURN = 1
/** change of chromaticity and brightness */
export const COLOR = 2

/** What edges are weighed by. Data and no closure: one made per frame would be compiled anew again and again. */
export interface EdgeEvidence {
  /** [height, width] camera x and y, mm; 0 without depth */
  readonly xs: Float64Array
  readonly ys: Float64Array
  /** those of the `Surface` */
  readonly depths: Float32Array
  readonly normals: Float32Array
  readonly inverseDepthNoise: number
  readonly color: GridColor
}

/** A depth jump beyond this counts extra: `JUMP_SIGMA · sigma_z + JUMP_MM`. */
const JUMP_SIGMA = 8
const JUMP_MM = 20

/** Room for `capacity` edges. */
export function createEdges(capacity: number): Edges {
  return { firsts: new Int32Array(capacity), seconds: new Int32Array(capacity), count: 0 }
}

/** Gathers what the edges of a frame are weighed by. */
export function createEdgeEvidence(surface: Surface, color: GridColor): EdgeEvidence {
  const { width, height, depths, normals, camera, inverseDepthNoise } = surface
  const xs = new Float64Array(width * height)
  const ys = new Float64Array(width * height)
  const raysX = new Float64Array(width)
  for (let u = 0; u < width; u++) raysX[u] = (u - camera.cx) / camera.fx
  for (let v = 0, i = 0; v < height; v++) {
    const rayY = (v - camera.cy) / camera.fy
    for (let u = 0; u < width; u++, i++) {
      xs[i] = raysX[u] * depths[i]
      ys[i] = rayY * depths[i]
    }
  }
  return { xs, ys, depths, normals, inverseDepthNoise, color }
}

/**
 * Writes the parts of the weights of many edges, [count, EDGE_PARTS].
 *
 * distance = distanceWeight · min(e², 4) with e = r / (3 sigma_z + 2 mm) [+ 2 at a depth jump], r = the smaller
 * distance of one point to the other's tangent plane; turn = k (1 - n0 · n1) with k by convexity and normals taken one
 * pixel further out on both sides, because the two at an edge share most of their windows.
 *
 * Which of two distances is smaller, and whether an edge is convex, is a toss of a coin on a flat surface: chosen by index,
 * not by branch, a fifth less time.
 *
 * @param stride      1 = along rows, width of the grid = along columns
 * @param start, end  grid indices that count as inside: the row of the edges, or the whole grid
 */
export function weighEdgesInto(
  parts: Float64Array,
  { firsts, seconds, count }: Edges,
  evidence: EdgeEvidence,
  options: RegionOptions,
  stride: number,
  start: number,
  end: number,
): void {
  const { xs, ys, depths, normals, inverseDepthNoise } = evidence
  const { red, green, brightness } = evidence.color
  const { distanceWeight, chromaWeight, brightnessWeight } = options
  const turnWeights = Float64Array.of(options.convexWeight, options.concaveWeight)
  const distances = new Float64Array(2)
  for (let k = 0, out = 0; k < count; k++, out += EDGE_PARTS) {
    const first = firsts[k]
    const second = seconds[k]
    const px = xs[second] - xs[first]
    const py = ys[second] - ys[first]
    const pz = depths[second] - depths[first]
    const sigma = inverseDepthNoise * depths[first] * depths[second]
    const a = 3 * first
    const b = 3 * second
    const known0 = normals[a + 2] !== 0
    const known1 = normals[b + 2] !== 0
    distances[0] = Math.abs(normals[a] * px + normals[a + 1] * py + normals[a + 2] * pz)
    distances[1] = Math.abs(normals[b] * px + normals[b + 1] * py + normals[b + 2] * pz)
    let r = known0 ? distances[0] : known1 ? distances[1] : Math.abs(pz)
    let turn = 0
    if (known0 && known1) {
      r = distances[Number(distances[1] < distances[0])]
      const c = outerNormal(evidence, first, first - stride, start, end)
      const d = outerNormal(evidence, second, second + stride, start, end)
      const nx = normals[d] - normals[c]
      const ny = normals[d + 1] - normals[c + 1]
      const nz = normals[d + 2] - normals[c + 2]
      // |n1 - n0|² / 2 = 1 - n0 · n1
      turn = 0.5 * (nx * nx + ny * ny + nz * nz)
      turn *= turnWeights[Number(nx * px + ny * py + nz * pz < 0)]
    }
    let e = r / (3 * sigma + 2)
    if (Math.abs(pz) > JUMP_SIGMA * sigma + JUMP_MM) e += 2
    const square = e * e
    const l0 = brightness[first]
    const l1 = brightness[second]
    parts[out + DISTANCE] = distanceWeight * (square < 4 ? square : 4)
    parts[out + TURN] = turn
    parts[out + COLOR] =
      chromaWeight * (Math.abs(red[first] - red[second]) + Math.abs(green[first] - green[second])) +
      (brightnessWeight * Math.abs(l0 - l1)) / (l0 < l1 ? l0 : l1)
  }
}

/** Offset of the normal one pixel further out; of the pixel itself at borders, holes and jumps. */
function outerNormal(
  { depths, normals }: EdgeEvidence,
  own: number,
  index: number,
  start: number,
  end: number,
): number {
  if (index < start || index >= end || normals[3 * index + 2] === 0) return 3 * own
  return Math.abs(depths[index] - depths[own]) > JUMP_MM ? 3 * own : 3 * index
}
