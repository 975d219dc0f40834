/** x1, y1, x2, y2 px */
export type Corners = readonly [number, number, number, number]

/** Areas without + 1. */
export function boxIou(a: Corners, b: Corners): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const inter = width * height
  return inter / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter)
}

/**
 * Greedy suppression by descending score.
 * @param most  stops when so many are kept
 * @returns the indices kept, best first; ties keep their order
 */
export function suppressOverlaps(
  boxes: readonly Corners[],
  scores: ArrayLike<number>,
  limit: number,
  most = Infinity,
): number[] {
  const order = boxes.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b)
  const kept: number[] = []
  for (const i of order) {
    if (kept.length >= most) break
    if (kept.every((k) => boxIou(boxes[i], boxes[k]) <= limit)) kept.push(i)
  }
  return kept
}
