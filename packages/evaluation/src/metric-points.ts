import type { TriangleMesh, Vector3 } from '@sextant/geometry'

/** The vertices on which pose errors are measured, mm, object. */
export interface MetricPoints {
  /** hull vertices, for maxima (MSSD, MSPD) */
  readonly extreme: readonly Vector3[]
  /** vertices taken at even strides, for means (ADD, ADD-S) */
  readonly spread: readonly Vector3[]
}

/** Most points in either set. */
export const METRIC_POINT_LIMIT = 2000

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))

/**
 * Selects the vertices that decide the errors. The distance between two poses of a point is a convex function of the
 * point, so its maximum over the mesh is reached at a vertex of the convex hull: for large meshes the set is the
 * vertices that lie farthest in each of 2000 evenly spread directions (a subset of the hull; what it misses lies
 * within about 0.1 % of the diameter of it). Means are taken over every k-th vertex. No randomness.
 */
export function metricPointsOf(mesh: TriangleMesh): MetricPoints {
  const vertices = verticesOf(mesh)
  if (vertices.length <= METRIC_POINT_LIMIT) return { extreme: vertices, spread: vertices }
  const stride = vertices.length / METRIC_POINT_LIMIT
  const spread = Array.from({ length: METRIC_POINT_LIMIT }, (_, k) => vertices[Math.floor(k * stride)])
  return { extreme: extremePoints(vertices, METRIC_POINT_LIMIT), spread }
}

/** All vertices that a face uses, in order of their index. */
export function verticesOf(mesh: TriangleMesh): Vector3[] {
  const isUsed = new Uint8Array(mesh.positions.length / 3)
  for (const index of mesh.faces) isUsed[index] = 1
  const out: Vector3[] = []
  isUsed.forEach((used, i) => {
    if (used === 0) return
    const [x = 0, y = 0, z = 0] = mesh.positions.subarray(3 * i, 3 * i + 3)
    out.push([x, y, z])
  })
  return out
}

/** The farthest vertex in each of `directionCount` Fibonacci directions, without repeats. */
function extremePoints(vertices: readonly Vector3[], directionCount: number): Vector3[] {
  const xs = Float64Array.from(vertices, (v) => v[0])
  const ys = Float64Array.from(vertices, (v) => v[1])
  const zs = Float64Array.from(vertices, (v) => v[2])
  const chosen = new Set<number>()
  for (let k = 0; k < directionCount; k++) {
    const z = 1 - (2 * k + 1) / directionCount
    const radius = Math.sqrt(1 - z * z)
    const x = radius * Math.cos(GOLDEN_ANGLE * k)
    const y = radius * Math.sin(GOLDEN_ANGLE * k)
    let best = -Infinity
    let winner = 0
    for (let i = 0; i < vertices.length; i++) {
      const value = x * xs[i] + y * ys[i] + z * zs[i]
      if (value > best) {
        best = value
        winner = i
      }
    }
    chosen.add(winner)
  }
  return vertices.filter((_, i) => chosen.has(i))
}
