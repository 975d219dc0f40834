/** Hypotheses, best first: poses of 12 numbers (rotation row-major, translation mm of the object's centre). */
export interface HypothesisList {
  readonly count: number
  /** [count, 12] */
  readonly poses: Float32Array
  /** [count] */
  readonly scores: Float32Array
}

/** Indices of the highest scores, best first; ties by index, so that the order is deterministic. */
export function orderByScore(scores: Float32Array, count: number): Uint32Array {
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  return order.sort((a, b) => scores[b] - scores[a] || a - b)
}

/**
 * Greedy thinning in SE(3): best first, drops a pose closer than both bounds to one already kept.
 *
 * @param distance  mm, between object centres
 * @param angle     rad
 * @param limit     most poses kept
 */
export function thinPoses(
  poses: Float32Array,
  scores: Float32Array,
  count: number,
  distance: number,
  angle: number,
  limit: number,
): HypothesisList {
  const order = orderByScore(scores, count)
  const minTrace = 1 + 2 * Math.cos(angle)
  const squared = distance * distance
  const kept = new Float32Array(12 * Math.min(limit, count))
  const keptScores = new Float32Array(Math.min(limit, count))
  let size = 0
  for (let o = 0; o < count && size < limit; o++) {
    const p = 12 * order[o]
    let isNew = true
    for (let k = 0; k < size && isNew; k++) {
      const q = 12 * k
      const dx = poses[p + 9] - kept[q + 9]
      const dy = poses[p + 10] - kept[q + 10]
      const dz = poses[p + 11] - kept[q + 11]
      if (dx * dx + dy * dy + dz * dz > squared) continue
      let trace = 0
      for (let e = 0; e < 9; e++) trace += poses[p + e] * kept[q + e]
      if (trace > minTrace) isNew = false
    }
    if (!isNew) continue
    kept.set(poses.subarray(p, p + 12), 12 * size)
    keptScores[size++] = scores[order[o]]
  }
  return { count: size, poses: kept.subarray(0, 12 * size), scores: keptScores.subarray(0, size) }
}
