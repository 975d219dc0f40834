import type { Vector3 } from '@sextant/geometry'

/** Convex outline on the table, counter-clockwise, mm, world x and y. */
export type Footprint = readonly (readonly [number, number])[]

/** Convex hull of the points seen from above. @source Andrew 1979, monotone chain */
export function footprintOf(points: readonly Vector3[]): Footprint {
  const sorted = points.map(([x, y]): [number, number] => [x, y]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const chain = (list: readonly [number, number][]): [number, number][] => {
    const out: [number, number][] = []
    for (const point of list) {
      for (;;) {
        const last = out.at(-1)
        const before = out.at(-2)
        if (last === undefined || before === undefined) break
        const turn = (last[0] - before[0]) * (point[1] - before[1]) - (last[1] - before[1]) * (point[0] - before[0])
        if (turn > 0) break
        out.pop()
      }
      out.push(point)
    }
    return out.slice(0, -1)
  }
  return [...chain(sorted), ...chain(sorted.reverse())]
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
