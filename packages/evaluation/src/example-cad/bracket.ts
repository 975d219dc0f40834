import type { TriangleMesh, Vector3 } from '@sextant/geometry'
import { addRevolution, along, createPartBuilder, type PartBuilder, type Rgb } from './part-builder.ts'

const PAINT: Rgb = [52, 104, 178]
const SEGMENTS = 40
const X: Vector3 = [1, 0, 0]
const Y: Vector3 = [0, 1, 0]
const Z: Vector3 = [0, 0, 1]

/** A plate in its own axes: the outline is us[0]..us[last] x vs[0]..vs[last]; each cell of the grid may have a hole. */
interface Plate {
  readonly origin: Vector3
  readonly uAxis: Vector3
  readonly vAxis: Vector3
  /** uAxis x vAxis; the plate reaches from 0 to `thickness` along it */
  readonly normal: Vector3
  readonly thickness: number
  readonly us: readonly number[]
  readonly vs: readonly number[]
  readonly holes: readonly { readonly column: number; readonly row: number; readonly radius: number }[]
}

/**
 * A machined angle bracket, 92 x 60 x 84 mm, painted in one blue: foot with two bolt holes, upright with a bore and a hub
 * around it, one rib off the middle. No rotation maps it onto itself.
 */
export function createBracket(): TriangleMesh {
  const builder = createPartBuilder()
  addPlate(builder, {
    ...{ origin: [0, 0, 0], uAxis: Y, vAxis: Z, normal: X, thickness: 9 },
    us: [0, 12, 48, 60],
    vs: [0, 36, 72, 84],
    holes: [{ column: 1, row: 1, radius: 13 }],
  })
  addPlate(builder, {
    ...{ origin: [9, 0, 0], uAxis: X, vAxis: Y, normal: Z, thickness: 9 },
    us: [0, 43, 71, 83],
    vs: [0, 4, 26, 34, 56, 60],
    holes: [
      { column: 1, row: 1, radius: 6.5 },
      { column: 1, row: 3, radius: 9 },
    ],
  })
  addRib(builder)
  addHub(builder)
  return builder.build()
}

function addPlate(builder: PartBuilder, plate: Plate): void {
  const { origin, uAxis, vAxis, normal, thickness, us, vs, holes } = plate
  const at = (u: number, v: number, n: number): Vector3 => along(origin, [u, uAxis], [v, vAxis], [n, normal])
  for (let row = 0; row + 1 < vs.length; row++) {
    for (let column = 0; column + 1 < us.length; column++) {
      const [u0 = 0, u1 = 0] = us.slice(column, column + 2)
      const [v0 = 0, v1 = 0] = vs.slice(row, row + 2)
      const hole = holes.find((h) => h.column === column && h.row === row)
      const { points, faces } = hole === undefined ? plainCell(u0, u1, v0, v1) : holedCell(u0, u1, v0, v1, hole.radius)
      builder.triangles(
        points.map(([u, v]) => at(u, v, thickness)),
        faces,
        PAINT,
      )
      builder.triangles(
        points.map(([u, v]) => at(u, v, 0)),
        faces.map(([a, b, c]) => [a, c, b]),
        PAINT,
      )
      if (hole === undefined) continue
      const u = (u0 + u1) / 2
      const v = (v0 + v1) / 2
      builder.patch(
        SEGMENTS,
        1,
        (s, n) => {
          const angle = -2 * Math.PI * s
          return at(u + hole.radius * Math.cos(angle), v + hole.radius * Math.sin(angle), n * thickness)
        },
        () => PAINT,
      )
    }
  }
  const width = us[us.length - 1]
  const height = vs[vs.length - 1]
  const wall = (from: readonly [number, number], to: readonly [number, number]): void =>
    builder.patch(
      1,
      1,
      (s, n) => at(from[0] + s * (to[0] - from[0]), from[1] + s * (to[1] - from[1]), n * thickness),
      () => PAINT,
    )
  wall([0, 0], [width, 0])
  wall([width, 0], [width, height])
  wall([width, height], [0, height])
  wall([0, height], [0, 0])
}

interface Cell {
  readonly points: readonly (readonly [number, number])[]
  readonly faces: readonly (readonly [number, number, number])[]
}

function plainCell(u0: number, u1: number, v0: number, v1: number): Cell {
  return {
    points: [
      [u0, v0],
      [u1, v0],
      [u1, v1],
      [u0, v1],
    ],
    faces: [
      [0, 1, 2],
      [0, 2, 3],
    ],
  }
}

/** A rectangle with a round hole in its middle: each quarter of the circle is fanned to its corner. */
function holedCell(u0: number, u1: number, v0: number, v1: number, radius: number): Cell {
  const points: [number, number][] = [
    [u1, v1],
    [u0, v1],
    [u0, v0],
    [u1, v0],
  ]
  for (let k = 0; k < SEGMENTS; k++) {
    const angle = (2 * Math.PI * k) / SEGMENTS
    points.push([(u0 + u1) / 2 + radius * Math.cos(angle), (v0 + v1) / 2 + radius * Math.sin(angle)])
  }
  const faces: [number, number, number][] = []
  const quarter = SEGMENTS / 4
  for (let k = 0; k < SEGMENTS; k++) {
    const corner = Math.floor(k / quarter)
    const next = 4 + ((k + 1) % SEGMENTS)
    faces.push([4 + k, corner, next])
    if ((k + 1) % quarter === 0) faces.push([corner, (corner + 1) % 4, next])
  }
  return { points, faces }
}

/** Triangular rib between foot and upright. */
function addRib(builder: PartBuilder): void {
  const corners = (y: number): Vector3[] => [
    [9, y, 9],
    [47, y, 9],
    [9, y, 36],
  ]
  const points = [...corners(6), ...corners(13)]
  builder.triangles(points.slice(0, 3), [[0, 1, 2]], PAINT)
  builder.triangles(points.slice(3), [[0, 2, 1]], PAINT)
  for (const [a, b] of [
    [0, 1],
    [1, 2],
    [2, 0],
  ] as const) {
    builder.triangles(
      [points[a], points[a + 3], points[b + 3], points[b]],
      [
        [0, 1, 2],
        [0, 2, 3],
      ],
      PAINT,
    )
  }
}

/** Hub around the bore, on the side of the foot. */
function addHub(builder: PartBuilder): void {
  const part = createPartBuilder()
  addRevolution(
    part,
    [
      [13, 0],
      [17.5, 0],
    ],
    SEGMENTS,
    () => PAINT,
  )
  addRevolution(
    part,
    [
      [17.5, 0],
      [17.5, 12],
    ],
    SEGMENTS,
    () => PAINT,
  )
  addRevolution(
    part,
    [
      [17.5, 12],
      [13, 12],
    ],
    SEGMENTS,
    () => PAINT,
  )
  addRevolution(
    part,
    [
      [13, 12],
      [13, 0],
    ],
    SEGMENTS,
    () => PAINT,
  )
  const { positions, faces } = part.build()
  const points: Vector3[] = []
  for (let i = 0; i < positions.length; i += 3) {
    const [x = 0, y = 0, z = 0] = positions.subarray(i, i + 3)
    // The hub's axis is x; (x, y, z) -> (z, x, y) is a rotation.
    points.push([9 + z, 30 + x, 54 + y])
  }
  const triangles: [number, number, number][] = []
  for (let i = 0; i < faces.length; i += 3) {
    const [a = 0, b = 0, c = 0] = faces.subarray(i, i + 3)
    triangles.push([a, b, c])
  }
  builder.triangles(points, triangles, PAINT)
}
