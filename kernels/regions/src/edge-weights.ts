import type { Surface } from '@sextant/surface'
import type { GridColor } from './grid-color.ts'
import type { RegionOptions } from './region-options.ts'

/** Dissimilarity by cause. */
export interface EdgeParts {
  /** distance to the neighbour's tangent plane, and depth jumps */
  distance: number
  /** change of the normal; concave more than convex */
  turn: number
  /** change of chromaticity and brightness */
  color: number
}

/** Dissimilarity of two grid pixels. */
export interface EdgeWeights {
  /** The parts added up. `first`, `second`: grid indices, both with depth; `dx`, `dy`: one grid step from first to second. */
  weigh(first: number, second: number, dx: number, dy: number): number
  /** Adds the parts to `out`. */
  addInto(out: EdgeParts, first: number, second: number, dx: number, dy: number): void
}

/** A depth jump beyond this counts extra: `JUMP_SIGMA · sigma_z + JUMP_MM`. */
const JUMP_SIGMA = 8
const JUMP_MM = 20

/**
 * distance = distanceWeight · min(e², 4) with e = r / (3 sigma_z + 2 mm) [+ 2 at a depth jump], r = the smaller
 * distance of one point to the other's tangent plane; turn = k (1 - n0 · n1) with k by convexity and normals taken one
 * pixel further out on both sides, because the two at an edge share most of their windows.
 */
export function createEdgeWeights(surface: Surface, color: GridColor, options: RegionOptions): EdgeWeights {
  const { width, height, depths, normals, camera, inverseDepthNoise } = surface
  const { distanceWeight, concaveWeight, convexWeight, chromaWeight, brightnessWeight } = options
  const { red, green, brightness } = color
  const rayX = Float64Array.from({ length: width }, (_, u) => (u - camera.cx) / camera.fx)
  const rayY = Float64Array.from({ length: height }, (_, v) => (v - camera.cy) / camera.fy)
  const parts: EdgeParts = { distance: 0, turn: 0, color: 0 }

  const addInto = (out: EdgeParts, first: number, second: number, dx: number, dy: number): void => {
    const u0 = first % width
    const v0 = (first - u0) / width
    const u1 = second % width
    const v1 = (second - u1) / width
    const z0 = depths[first]
    const z1 = depths[second]
    const px = rayX[u1] * z1 - rayX[u0] * z0
    const py = rayY[v1] * z1 - rayY[v0] * z0
    const pz = z1 - z0
    const sigma = inverseDepthNoise * z0 * z1
    const a = 3 * first
    const b = 3 * second
    const known0 = normals[a + 2] !== 0
    const known1 = normals[b + 2] !== 0
    const r0 = known0 ? Math.abs(normals[a] * px + normals[a + 1] * py + normals[a + 2] * pz) : Infinity
    const r1 = known1 ? Math.abs(normals[b] * px + normals[b + 1] * py + normals[b + 2] * pz) : Infinity
    const r = known0 || known1 ? Math.min(r0, r1) : Math.abs(pz)
    let e = r / (3 * sigma + 2)
    if (Math.abs(pz) > JUMP_SIGMA * sigma + JUMP_MM) e += 2
    out.distance += distanceWeight * Math.min(e * e, 4)
    if (known0 && known1) {
      const c = outer(a, u0 - dx, v0 - dy, first - dy * width - dx, z0)
      const d = outer(b, u1 + dx, v1 + dy, second + dy * width + dx, z1)
      const nx = normals[d] - normals[c]
      const ny = normals[d + 1] - normals[c + 1]
      const nz = normals[d + 2] - normals[c + 2]
      // |n1 - n0|² / 2 = 1 - n0 · n1
      const turn = 0.5 * (nx * nx + ny * ny + nz * nz)
      out.turn += (nx * px + ny * py + nz * pz < 0 ? concaveWeight : convexWeight) * turn
    }
    const l0 = brightness[first]
    const l1 = brightness[second]
    out.color +=
      chromaWeight * (Math.abs(red[first] - red[second]) + Math.abs(green[first] - green[second])) +
      (brightnessWeight * Math.abs(l0 - l1)) / Math.min(l0, l1)
  }

  return {
    addInto,
    weigh(first, second, dx, dy) {
      parts.distance = parts.turn = parts.color = 0
      addInto(parts, first, second, dx, dy)
      return parts.distance + parts.turn + parts.color
    },
  }

  /** Offset of the normal one pixel further out; of the pixel itself at borders, holes and jumps. */
  function outer(own: number, u: number, v: number, index: number, z: number): number {
    if (u < 0 || v < 0 || u >= width || v >= height) return own
    if (normals[3 * index + 2] === 0) return own
    const zo = depths[index]
    return Math.abs(zo - z) > JUMP_MM ? own : 3 * index
  }
}
