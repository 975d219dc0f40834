import { spreadBits } from '@sextant/geometry'

/** Points whose distances are kept or renewed together. */
const BUCKET = 64
/** Cells of an axis of the grid that buckets follow. */
const CELLS = 1024
/** What a squared distance in float32 may fall short of the exact one, relative: a few roundings of 6e-8. */
const ROUNDING = 1e-6

/**
 * Farthest point sampling, starting at point 0, with the tie rule of the CUDA kernel the network was trained with: thread
 * k mod T keeps the first maximum it meets, then a tree halves the threads and the left one wins a tie. Among equal
 * maxima the thread with the smallest bit-reversed number wins.
 *
 * Points near each other share a bucket. A bucket whose box is farther from the new point than any of its points is from
 * the sample stays as it is, so that most distances are never computed: 0.2 s instead of 2 s for an object's 210,000
 * points, with the same indices.
 *
 * @param points  [n, 3], any unit
 * @returns [count] indices; repeated points when n is smaller than count
 * @throws {RangeError} no points
 * @cost O(n · count) at worst
 * @source Qi et al. 2017, PointNet++; pointnet2's furthest_point_sampling kernel; buckets after Han et al. 2023, QuickFPS
 */
export function sampleFarthestPoints(points: Float32Array, count: number): Int32Array {
  const n = points.length / 3
  if (n < 1) throw new RangeError('no points to sample from')
  const order = orderByCell(points)
  const ranks = rankTies(n)
  const buckets = Array.from({ length: Math.ceil(n / BUCKET) }, (_, i) =>
    bucketOf(points, order.subarray(i * BUCKET, (i + 1) * BUCKET)),
  )
  const indices = new Int32Array(count)
  for (let i = 1; i < count; i++) {
    const sample = indices[i - 1]
    let farthest = buckets[0]
    for (const bucket of buckets) {
      if (squareToBox(bucket.box, points, sample) * (1 - ROUNDING) < bucket.best) renew(bucket, points, ranks, sample)
      if (bucket.best > farthest.best) farthest = bucket
      else if (bucket.best === farthest.best && ranks[bucket.winner] < ranks[farthest.winner]) farthest = bucket
    }
    indices[i] = farthest.winner
  }
  return indices
}

interface Bucket {
  /** indices of its points */
  readonly members: Int32Array
  /** squared, of each to the sample so far */
  readonly distances: Float32Array
  /** lowest x, y, z, highest x, y, z */
  readonly box: Float64Array
  /** its farthest point, and that point's squared distance */
  winner: number
  best: number
}

function bucketOf(points: Float32Array, members: Int32Array): Bucket {
  const distances = new Float32Array(members.length).fill(1e10)
  return { members, distances, box: boxOf(points, members), winner: members[0], best: Infinity }
}

function boxOf(points: Float32Array, indices: Iterable<number>): Float64Array {
  const box = Float64Array.of(Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity)
  for (const k of indices) {
    for (let axis = 0; axis < 3; axis++) {
      box[axis] = Math.min(box[axis], points[3 * k + axis])
      box[3 + axis] = Math.max(box[3 + axis], points[3 * k + axis])
    }
  }
  return box
}

/** Of a point to the nearest place of a box; 0 inside. */
function squareToBox(box: Float64Array, points: Float32Array, k: number): number {
  let sum = 0
  for (let axis = 0; axis < 3; axis++) {
    const value = points[3 * k + axis]
    const outside = value < box[axis] ? box[axis] - value : value > box[3 + axis] ? value - box[3 + axis] : 0
    sum += outside * outside
  }
  return sum
}

/** Takes a new point of the sample into account. Every step is rounded to float32, as in the kernel. */
function renew(bucket: Bucket, points: Float32Array, ranks: Float64Array, sample: number): void {
  const { members, distances } = bucket
  const x = points[3 * sample]
  const y = points[3 * sample + 1]
  const z = points[3 * sample + 2]
  let best = -1
  let winner = members[0]
  for (let i = 0; i < members.length; i++) {
    const k = members[i]
    const dx = Math.fround(points[3 * k] - x)
    const dy = Math.fround(points[3 * k + 1] - y)
    const dz = Math.fround(points[3 * k + 2] - z)
    const square = Math.fround(Math.fround(Math.fround(dx * dx) + Math.fround(dy * dy)) + Math.fround(dz * dz))
    const distance = square < distances[i] ? square : distances[i]
    distances[i] = distance
    if (distance < best || (distance === best && ranks[k] > ranks[winner])) continue
    best = distance
    winner = k
  }
  bucket.best = best
  bucket.winner = winner
}

/** Point indices along a Z curve through a grid over all of them: neighbours in the list are neighbours in space. */
function orderByCell(points: Float32Array): Int32Array {
  const n = points.length / 3
  const box = boxOf(points, new Array(n).keys())
  const extent = Math.max(box[3] - box[0], box[4] - box[1], box[5] - box[2])
  const scale = extent > 0 ? (CELLS - 1) / extent : 0
  // Cell and index in one number, exact up to 2^53: sorting numbers is many times faster than sorting by a comparison.
  const keys = Float64Array.from({ length: n }, (_, k) => {
    let cell = 0
    for (let axis = 0; axis < 3; axis++) cell |= spreadBits((points[3 * k + axis] - box[axis]) * scale) << axis
    return cell * n + k
  }).sort()
  return Int32Array.from(keys, (key) => key % n)
}

/** [n] Among equal distances the lowest wins: first by the kernel's thread, then by index. */
function rankTies(n: number): Float64Array {
  const threads = Math.min(512, 2 ** Math.floor(Math.log2(n)))
  const bits = Math.log2(threads)
  const reversed = Uint32Array.from({ length: threads }, (_, thread) => {
    let out = 0
    for (let b = 0; b < bits; b++) out |= ((thread >> b) & 1) << (bits - 1 - b)
    return out
  })
  return Float64Array.from({ length: n }, (_, k) => reversed[k & (threads - 1)] * n + k)
}
