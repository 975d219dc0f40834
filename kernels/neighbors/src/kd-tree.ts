/** A balanced kd-tree over points, flat: nodes in heap order, points reordered leaf by leaf. */
export interface KdTree {
  readonly pointCount: number
  /** levels above the leaves */
  readonly depth: number
  /** [pointCount, 3] mm, in leaf order */
  readonly positions: Float32Array
  /** [pointCount] index of each reordered point in the input */
  readonly indices: Uint32Array
  /** [2^depth - 1] split axis and value of each inner node */
  readonly axes: Uint8Array
  readonly splits: Float32Array
  /** [2^depth + 1] first point of each leaf */
  readonly leafStart: Uint32Array
}

const LEAF_SIZE = 8

/**
 * Builds a kd-tree by median splits of the widest axis.
 *
 * @param positions  [n, 3]; copied
 * @throws {RangeError} a coordinate is not finite, or the length is not 3n
 * @cost O(n log n) by quickselect
 */
export function createKdTree(positions: Float32Array): KdTree {
  const n = positions.length / 3
  if (!Number.isInteger(n)) throw new RangeError(`positions has ${positions.length} numbers, not 3n`)
  for (const value of positions) if (!Number.isFinite(value)) throw new RangeError(`position ${value} is not finite`)
  let depth = 0
  while (n > LEAF_SIZE << depth) depth++
  const nodeCount = (1 << depth) - 1
  const indices = Uint32Array.from({ length: n }, (_, i) => i)
  const axes = new Uint8Array(nodeCount)
  const splits = new Float32Array(nodeCount)
  const leafStart = new Uint32Array((1 << depth) + 1)
  leafStart[1 << depth] = n
  const stack: [number, number, number][] = [[0, 0, n]]
  for (let task = stack.pop(); task !== undefined; task = stack.pop()) {
    const [node, from, to] = task
    if (node >= nodeCount) {
      leafStart[node - nodeCount] = from
      continue
    }
    const axis = widestAxis(positions, indices, from, to)
    const middle = (from + to) >> 1
    selectNth(positions, indices, axis, from, to - 1, middle)
    axes[node] = axis
    splits[node] = positions[3 * indices[middle] + axis]
    stack.push([2 * node + 1, from, middle], [2 * node + 2, middle, to])
  }
  const ordered = new Float32Array(3 * n)
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < 3; a++) ordered[3 * i + a] = positions[3 * indices[i] + a]
  }
  return { pointCount: n, depth, positions: ordered, indices, axes, splits, leafStart }
}

function widestAxis(positions: Float32Array, indices: Uint32Array, from: number, to: number): number {
  let best = 0
  let widest = -1
  for (let a = 0; a < 3; a++) {
    let low = Infinity
    let high = -Infinity
    for (let i = from; i < to; i++) {
      const value = positions[3 * indices[i] + a]
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high - low > widest) {
      widest = high - low
      best = a
    }
  }
  return best
}

/** Hoare's quickselect: afterwards everything before `n` is <= and everything after is >= in `axis`. */
function selectNth(
  positions: Float32Array,
  indices: Uint32Array,
  axis: number,
  low: number,
  high: number,
  n: number,
): void {
  while (low < high) {
    const pivot = positions[3 * indices[(low + high) >> 1] + axis]
    let i = low
    let j = high
    while (i <= j) {
      while (positions[3 * indices[i] + axis] < pivot) i++
      while (positions[3 * indices[j] + axis] > pivot) j--
      if (i > j) break
      const swap = indices[i]
      indices[i++] = indices[j]
      indices[j--] = swap
    }
    if (n <= j) high = j
    else if (n >= i) low = i
    else return
  }
}
