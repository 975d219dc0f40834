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

/** Dissimilarity of grid pixels. */
export interface EdgeWeights {
  /**
   * Writes the parts of many edges, [count, EDGE_PARTS].
   *
   * @param stride      1 = along rows, width of the grid = along columns
   * @param start, end  grid indices that count as inside: the row of the edges, or the whole grid
   */
  measureInto(parts: Float64Array, edges: Edges, stride: number, start: number, end: number): void
}

/** A depth jump beyond this counts extra: `JUMP_SIGMA · sigma_z + JUMP_MM`. */
const JUMP_SIGMA = 8
const JUMP_MM = 20

/** Room for `capacity` edges. */
export function createEdges(capacity: number): Edges {
  return { firsts: new Int32Array(capacity), seconds: new Int32Array(capacity), count: 0 }
}

/**
 * distance = distanceWeight · min(e², 4) with e = r / (3 sigma_z + 2 mm) [+ 2 at a depth jump], r = the smaller
 * distance of one point to the other's tangent plane; turn = k (1 - n0 · n1) with k by convexity and normals taken one
 * pixel further out on both sides, because the two at an edge share most of their windows.
 *
 * Many edges a call take half the time of one edge a call. Which of two values is smaller, and whether an edge is
 * convex, is a toss of a coin on a flat surface: chosen by index, not by branch, a fifth less.
 */
export function createEdgeWeights(surface: Surface, color: GridColor, options: RegionOptions): EdgeWeights {
  const { depths, normals, inverseDepthNoise } = surface
  const { distanceWeight, concaveWeight, convexWeight, chromaWeight, brightnessWeight } = options
  const turnWeights = Float64Array.of(convexWeight, concaveWeight)
  const pair = new Float64Array(2)
  const { red, green, brightness } = color
  const { xs, ys } = createPoints(surface)

  /** Offset of the normal one pixel further out; of the pixel itself at borders, holes and jumps. */
  const outer = (own: number, index: number, start: number, end: number): number => {
    if (index < start || index >= end || normals[3 * index + 2] === 0) return 3 * own
    return Math.abs(depths[index] - depths[own]) > JUMP_MM ? 3 * own : 3 * index
  }

  return {
    measureInto(parts, { firsts, seconds, count }, stride, start, end) {
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
        const r0 = Math.abs(normals[a] * px + normals[a + 1] * py + normals[a + 2] * pz)
        const r1 = Math.abs(normals[b] * px + normals[b + 1] * py + normals[b + 2] * pz)
        let r = known0 ? r0 : known1 ? r1 : Math.abs(pz)
        let turn = 0
        if (known0 && known1) {
          pair[0] = r0
          pair[1] = r1
          r = pair[Number(r1 < r0)]
          const c = outer(first, first - stride, start, end)
          const d = outer(second, second + stride, start, end)
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
          (brightnessWeight * Math.abs(l0 - l1)) / brightness[second + (first - second) * Number(l0 < l1)]
      }
    },
  }
}

/** Camera x and y of each grid pixel, mm; 0 without depth. */
function createPoints({ width, height, depths, camera }: Surface): { xs: Float64Array; ys: Float64Array } {
  const xs = new Float64Array(width * height)
  const ys = new Float64Array(width * height)
  const raysX = Float64Array.from({ length: width }, (_, u) => (u - camera.cx) / camera.fx)
  for (let v = 0, i = 0; v < height; v++) {
    const rayY = (v - camera.cy) / camera.fy
    for (let u = 0; u < width; u++, i++) {
      xs[i] = raysX[u] * depths[i]
      ys[i] = rayY * depths[i]
    }
  }
  return { xs, ys }
}
