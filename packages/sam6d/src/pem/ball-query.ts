/**
 * The first `samples` points within a radius of each centre, in index order. Slots that stay empty repeat the first hit; a
 * centre without any hit gets zeros.
 *
 * @param points   [n, 3]
 * @param centres  [m, 3], same unit
 * @param radius   strictly smaller distances count
 * @returns [m, samples] indices
 * @source pointnet2's ball_query kernel (float32, no fused multiply-add)
 */
export function queryBall(points: Float32Array, centres: Float32Array, radius: number, samples: number): Int32Array {
  const n = points.length / 3
  const m = centres.length / 3
  const limit = Math.fround(Math.fround(radius) * Math.fround(radius))
  const out = new Int32Array(m * samples)
  for (let c = 0; c < m; c++) {
    const x = centres[3 * c]
    const y = centres[3 * c + 1]
    const z = centres[3 * c + 2]
    let hits = 0
    for (let k = 0; k < n && hits < samples; k++) {
      const dx = Math.fround(x - points[3 * k])
      const dy = Math.fround(y - points[3 * k + 1])
      const dz = Math.fround(z - points[3 * k + 2])
      const square = Math.fround(Math.fround(Math.fround(dx * dx) + Math.fround(dy * dy)) + Math.fround(dz * dz))
      if (square >= limit) continue
      if (hits === 0) out.fill(k, c * samples, (c + 1) * samples)
      out[c * samples + hits++] = k
    }
  }
  return out
}

/**
 * Neighbours relative to their centre, then as they are.
 *
 * @param points   [n, 3]
 * @param indices  [n, samples] of `queryBall` with the points as centres
 * @returns [n, samples, 6]
 */
export function groupNeighbors(points: Float32Array, indices: Int32Array, samples: number): Float32Array {
  const out = new Float32Array(indices.length * 6)
  for (let i = 0; i < indices.length; i++) {
    const centre = 3 * Math.floor(i / samples)
    const neighbor = 3 * indices[i]
    for (let axis = 0; axis < 3; axis++) {
      out[6 * i + axis] = points[neighbor + axis] - points[centre + axis]
      out[6 * i + 3 + axis] = points[neighbor + axis]
    }
  }
  return out
}
