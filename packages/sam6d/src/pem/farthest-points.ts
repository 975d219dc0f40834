/**
 * Farthest point sampling, starting at point 0, with the tie rule of the CUDA kernel the network was trained with: thread
 * k mod T keeps the first maximum it meets, then a tree halves the threads and the left one wins a tie. Among equal
 * maxima the thread with the smallest bit-reversed number wins.
 *
 * @param points  [n, 3], any unit
 * @returns [count] indices; repeated points when n is smaller than count
 * @throws {RangeError} no points
 * @cost O(n · count)
 * @source Qi et al. 2017, PointNet++; pointnet2's furthest_point_sampling kernel
 */
export function sampleFarthestPoints(points: Float32Array, count: number): Int32Array {
  const n = points.length / 3
  if (n < 1) throw new RangeError('no points to sample from')
  const threads = Math.min(512, 2 ** Math.floor(Math.log2(n)))
  const priority = bitReversed(threads)
  const distances = new Float32Array(n).fill(1e10)
  const indices = new Int32Array(count)
  let current = 0
  for (let i = 1; i < count; i++) {
    const x = points[3 * current]
    const y = points[3 * current + 1]
    const z = points[3 * current + 2]
    let best = -1
    let winner = 0
    let rank = 0
    for (let k = 0; k < n; k++) {
      const dx = Math.fround(points[3 * k] - x)
      const dy = Math.fround(points[3 * k + 1] - y)
      const dz = Math.fround(points[3 * k + 2] - z)
      const square = Math.fround(Math.fround(Math.fround(dx * dx) + Math.fround(dy * dy)) + Math.fround(dz * dz))
      const distance = square < distances[k] ? square : distances[k]
      distances[k] = distance
      if (distance < best) continue
      const ownRank = priority[k & (threads - 1)]
      if (distance > best || ownRank < rank) {
        best = distance
        winner = k
        rank = ownRank
      }
    }
    indices[i] = winner
    current = winner
  }
  return indices
}

function bitReversed(threads: number): Uint32Array {
  const bits = Math.log2(threads)
  return Uint32Array.from({ length: threads }, (_, thread) => {
    let reversed = 0
    for (let b = 0; b < bits; b++) reversed |= ((thread >> b) & 1) << (bits - 1 - b)
    return reversed
  })
}
