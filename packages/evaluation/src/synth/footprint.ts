import { convexHull, type Point2, type Vector3 } from '@sextant/geometry'

/** Convex outline on the table, counter-clockwise, mm, world x and y. */
export type Footprint = readonly Point2[]

/** Convex hull of the points seen from above. */
export function footprintOf(points: readonly Vector3[]): Footprint {
  return convexHull(points.map(([x, y]) => [x, y]))
}

/**
 * True when a straight line separates the outlines with at least `gap` mm between them. Things whose outlines are
 * apart cannot touch, however high they are.
 */
export function areApart(a: Footprint, b: Footprint, gap: number): boolean {
  return hasSeparatingEdge(a, b, gap) || hasSeparatingEdge(b, a, gap)
}

function hasSeparatingEdge(edges: Footprint, others: Footprint, gap: number): boolean {
  return edges.some((from, k) => {
    const to = edges[(k + 1) % edges.length]
    const length = Math.hypot(to[0] - from[0], to[1] - from[1])
    if (length === 0) return false
    const nx = (to[1] - from[1]) / length
    const ny = (from[0] - to[0]) / length
    return others.every(([x, y]) => nx * (x - from[0]) + ny * (y - from[1]) >= gap)
  })
}
