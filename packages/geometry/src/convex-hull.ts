/** x, y */
export type Point2 = readonly [number, number]

/**
 * Corners of the convex hull of points in a plane, each once, turning from x to y.
 *
 * @source Andrew 1979, monotone chain
 */
export function convexHull(points: readonly Point2[]): Point2[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  return [...halfHull(sorted), ...halfHull(sorted.reverse())]
}

function halfHull(points: readonly Point2[]): Point2[] {
  const chain: Point2[] = []
  for (const point of points) {
    for (;;) {
      const last = chain.at(-1)
      const before = chain.at(-2)
      if (last === undefined || before === undefined) break
      const turn = (last[0] - before[0]) * (point[1] - before[1]) - (last[1] - before[1]) * (point[0] - before[0])
      if (turn > 0) break
      chain.pop()
    }
    chain.push(point)
  }
  return chain.slice(0, -1)
}
