import type { OrientedPoints } from '@sextant/hypotheses'

/** Raw surface samples: many per voxel. */
export interface SurfaceSamples {
  readonly count: number
  /** [count, 3] mm */
  readonly positions: Float32Array
  /** [count, 3] unit */
  readonly normals: Float32Array
  /** [count, 2] chromaticity r, g of r+g+b+30; null without colour */
  readonly chroma: Float32Array | null
}

/** Normals of one voxel that differ by more than 35 degrees become two points: keeps both faces of an edge. */
const SPLIT_COSINE = Math.cos((35 * Math.PI) / 180)

/**
 * Thins surface samples to one point per voxel and normal direction. The point is the sample nearest to the mean, so
 * it lies on the surface; its normal and colour are means.
 *
 * @param voxel  edge length, mm
 * @cost O(n); a hash map of occupied voxels
 */
export function clusterPoints(samples: SurfaceSamples, voxel: number): OrientedPoints {
  const { count, positions, normals, chroma } = samples
  const head = new Map<number, number>()
  const clusterOf = new Int32Array(count)
  const next: number[] = []
  // Sums per cluster: position 3, normal 3, chroma 2, count.
  const sums: number[] = []
  for (let i = 0; i < count; i++) {
    const p = 3 * i
    const key = voxelKey(positions[p] / voxel, positions[p + 1] / voxel, positions[p + 2] / voxel)
    let cluster = head.get(key) ?? -1
    while (cluster >= 0) {
      const s = 9 * cluster
      const dot = sums[s + 3] * normals[p] + sums[s + 4] * normals[p + 1] + sums[s + 5] * normals[p + 2]
      if (dot > SPLIT_COSINE * Math.hypot(sums[s + 3], sums[s + 4], sums[s + 5])) break
      cluster = next[cluster]
    }
    if (cluster < 0) {
      cluster = next.length
      next.push(head.get(key) ?? -1)
      head.set(key, cluster)
      for (let k = 0; k < 9; k++) sums.push(0)
    }
    const s = 9 * cluster
    for (let k = 0; k < 3; k++) {
      sums[s + k] += positions[p + k]
      sums[s + 3 + k] += normals[p + k]
    }
    if (chroma !== null) {
      sums[s + 6] += chroma[2 * i]
      sums[s + 7] += chroma[2 * i + 1]
    }
    sums[s + 8]++
    clusterOf[i] = cluster
  }
  const size = next.length
  const out = {
    positions: new Float32Array(3 * size),
    normals: new Float32Array(3 * size),
    chroma: chroma === null ? null : new Float32Array(2 * size),
  }
  const bestDistance = new Float64Array(size).fill(Infinity)
  for (let i = 0; i < count; i++) {
    const c = clusterOf[i]
    const s = 9 * c
    const n = sums[s + 8]
    const dx = positions[3 * i] - sums[s] / n
    const dy = positions[3 * i + 1] - sums[s + 1] / n
    const dz = positions[3 * i + 2] - sums[s + 2] / n
    const squared = dx * dx + dy * dy + dz * dz
    if (squared >= bestDistance[c]) continue
    bestDistance[c] = squared
    out.positions.set(positions.subarray(3 * i, 3 * i + 3), 3 * c)
  }
  for (let c = 0; c < size; c++) {
    const s = 9 * c
    const length = Math.hypot(sums[s + 3], sums[s + 4], sums[s + 5]) || 1
    for (let k = 0; k < 3; k++) out.normals[3 * c + k] = sums[s + 3 + k] / length
    if (out.chroma !== null) {
      out.chroma[2 * c] = sums[s + 6] / sums[s + 8]
      out.chroma[2 * c + 1] = sums[s + 7] / sums[s + 8]
    }
  }
  return out
}

/** 17 bits an axis around zero: voxels up to +-65536. */
function voxelKey(x: number, y: number, z: number): number {
  return ((Math.floor(x) + 65536) * 131072 + Math.floor(y) + 65536) * 131072 + Math.floor(z) + 65536
}

/**
 * Reorders points so that every prefix covers the surface evenly (farthest point first).
 *
 * @param limit  most points returned
 * @cost O(limit · n)
 * @source Gonzalez 1985
 */
export function farthestPointOrder(points: OrientedPoints, limit: number): OrientedPoints {
  const n = points.positions.length / 3
  const size = Math.min(limit, n)
  const distances = new Float64Array(n).fill(Infinity)
  const order = new Uint32Array(size)
  let current = 0
  for (let k = 0; k < size; k++) {
    order[k] = current
    const [x, y, z] = points.positions.subarray(3 * current, 3 * current + 3)
    let far = 0
    for (let i = 0; i < n; i++) {
      const dx = points.positions[3 * i] - x
      const dy = points.positions[3 * i + 1] - y
      const dz = points.positions[3 * i + 2] - z
      // Opposite faces of a thin plate are far apart for this purpose.
      const dn =
        1 -
        (points.normals[3 * i] * points.normals[3 * current] +
          points.normals[3 * i + 1] * points.normals[3 * current + 1] +
          points.normals[3 * i + 2] * points.normals[3 * current + 2])
      const squared = (dx * dx + dy * dy + dz * dz) * (1 + 0.5 * dn)
      if (squared < distances[i]) distances[i] = squared
      if (distances[i] > distances[far]) far = i
    }
    current = far
  }
  return selectPoints(points, order)
}

/** The listed points, in the listed order. */
export function selectPoints(points: OrientedPoints, order: ArrayLike<number>): OrientedPoints {
  const size = order.length
  const out = {
    positions: new Float32Array(3 * size),
    normals: new Float32Array(3 * size),
    chroma: points.chroma === null ? null : new Float32Array(2 * size),
  }
  for (let k = 0; k < size; k++) {
    const i = order[k]
    out.positions.set(points.positions.subarray(3 * i, 3 * i + 3), 3 * k)
    out.normals.set(points.normals.subarray(3 * i, 3 * i + 3), 3 * k)
    if (out.chroma !== null && points.chroma !== null) {
      out.chroma.set(points.chroma.subarray(2 * i, 2 * i + 2), 2 * k)
    }
  }
  return out
}
