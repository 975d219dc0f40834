const NEIGHBORS = 3
/** Distances are measured in this unit (of the normalised object), angles in this many degrees. */
const SIGMA_DISTANCE = 0.2
const SIGMA_ANGLE_DEGREES = 15

export interface GeometricIndices {
  /** [n, n] */
  readonly distances: Float32Array
  /** [n, n, 3] */
  readonly angles: Float32Array
  /** [n, 3] nearest neighbours, self excluded */
  readonly neighbors: Int32Array
}

/**
 * Pair distances and the angles they make with each point's three nearest neighbours, in the units of the embedding.
 * The official code takes the first of the four nearest to be the point itself; so does this.
 *
 * @param points  [n, 3] normalised by the object's radius; point 0 is the background point (100, 100, 100)
 * @source Qin et al. 2022, GeoTransformer, equations 2 to 4
 */
export function computeGeometricIndices(points: Float32Array): GeometricIndices {
  const n = points.length / 3
  const squared = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const dx = points[3 * i] - points[3 * j]
      const dy = points[3 * i + 1] - points[3 * j + 1]
      const dz = points[3 * i + 2] - points[3 * j + 2]
      squared[i * n + j] = dx * dx + dy * dy + dz * dz
    }
  }
  const distances = Float32Array.from(squared, (value) => Math.sqrt(value) / SIGMA_DISTANCE)
  const neighbors = new Int32Array(n * NEIGHBORS)
  const angles = new Float32Array(n * n * NEIGHBORS)
  const toIndex = 180 / (SIGMA_ANGLE_DEGREES * Math.PI)
  for (let i = 0; i < n; i++) {
    nearestInto(neighbors, squared, i, n)
    for (let s = 0; s < NEIGHBORS; s++) {
      const k = neighbors[i * NEIGHBORS + s]
      const ax = points[3 * k] - points[3 * i]
      const ay = points[3 * k + 1] - points[3 * i + 1]
      const az = points[3 * k + 2] - points[3 * i + 2]
      for (let j = 0; j < n; j++) {
        const bx = points[3 * j] - points[3 * i]
        const by = points[3 * j + 1] - points[3 * i + 1]
        const bz = points[3 * j + 2] - points[3 * i + 2]
        const sine = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
        // Adding 0 turns -0, whose angle would be pi, into 0: a point makes no angle with itself.
        const cosine = ax * bx + ay * by + az * bz + 0
        angles[(i * n + j) * NEIGHBORS + s] = Math.atan2(sine, cosine) * toIndex
      }
    }
  }
  return { distances, angles, neighbors }
}

function nearestInto(neighbors: Int32Array, squared: Float64Array, i: number, n: number): void {
  const best = [Infinity, Infinity, Infinity]
  const index = [i, i, i]
  for (let j = 0; j < n; j++) {
    if (j === i) continue
    const value = squared[i * n + j]
    if (value >= best[2]) continue
    let slot = 2
    while (slot > 0 && value < best[slot - 1]) {
      best[slot] = best[slot - 1]
      index[slot] = index[slot - 1]
      slot--
    }
    best[slot] = value
    index[slot] = j
  }
  neighbors.set(index, i * NEIGHBORS)
}

/** Sparse points with the background point before them. [n, 3] → [n + 1, 3] */
export function withBackgroundPoint(points: Float32Array): Float32Array {
  const out = new Float32Array(points.length + 3)
  out.fill(100, 0, 3)
  out.set(points, 3)
  return out
}
