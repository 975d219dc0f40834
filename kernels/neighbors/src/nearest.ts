import type { KdTree } from './kd-tree.ts'

const MAX_STACK = 64

/**
 * Nearest point of the tree for each query.
 *
 * @param outIndices  [m] index in the tree's input; untouched for an empty tree
 * @param outSquared  [m] squared distance, mm²; Infinity for an empty tree
 * @param queries     [m, 3] mm, the tree's frame
 * @throws {RangeError} the outputs are shorter than the queries
 * @cost O(m log n) for points spread over a surface
 */
export function nearestInto(
  outIndices: Uint32Array,
  outSquared: Float32Array,
  tree: KdTree,
  queries: Float32Array,
): void {
  const queryCount = queries.length / 3
  if (outIndices.length < queryCount || outSquared.length < queryCount) {
    throw new RangeError(`outputs hold ${outIndices.length} and ${outSquared.length}, need ${queryCount}`)
  }
  const { positions, indices, axes, splits, leafStart } = tree
  const nodeCount = splits.length
  const nodes = new Int32Array(MAX_STACK)
  const bounds = new Float64Array(MAX_STACK)
  for (let i = 0; i < queryCount; i++) {
    const x = queries[3 * i]
    const y = queries[3 * i + 1]
    const z = queries[3 * i + 2]
    let best = Infinity
    let bestPoint = -1
    let top = 1
    nodes[0] = 0
    bounds[0] = 0
    while (top > 0) {
      top--
      if (bounds[top] >= best) continue
      let node = nodes[top]
      while (node < nodeCount) {
        const axis = axes[node]
        const offset = (axis === 0 ? x : axis === 1 ? y : z) - splits[node]
        const near = offset < 0 ? 2 * node + 1 : 2 * node + 2
        if (offset * offset < best) {
          nodes[top] = offset < 0 ? near + 1 : near - 1
          bounds[top++] = offset * offset
        }
        node = near
      }
      const leaf = node - nodeCount
      for (let k = leafStart[leaf]; k < leafStart[leaf + 1]; k++) {
        const dx = positions[3 * k] - x
        const dy = positions[3 * k + 1] - y
        const dz = positions[3 * k + 2] - z
        const squared = dx * dx + dy * dy + dz * dz
        if (squared < best) {
          best = squared
          bestPoint = k
        }
      }
    }
    outSquared[i] = best
    if (bestPoint >= 0) outIndices[i] = indices[bestPoint]
  }
}
