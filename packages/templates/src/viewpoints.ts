import { cross, normalize, transformFrom, type Transform, type Vector3 } from '@sextant/geometry'

/** Numbers of views the subdivision gives: level 0, 1, 2. */
export const VIEW_COUNTS = [42, 162, 642] as const

export type ViewCount = (typeof VIEW_COUNTS)[number]

/**
 * The icosahedron as Blender's icosphere has it: radius 200, coordinates rounded to three digits. The rounding shows in
 * the sixth digit of the published camera poses, and in their order, so it is kept.
 */
const RING_Z = 89.443
const ICOSAHEDRON: readonly Vector3[] = [
  [0, 0, -200],
  [144.72, -105.144, -RING_Z],
  [-55.277, -170.128, -RING_Z],
  [-178.885, 0, -RING_Z],
  [-55.277, 170.128, -RING_Z],
  [144.72, 105.144, -RING_Z],
  [55.277, -170.128, RING_Z],
  [-144.72, -105.144, RING_Z],
  [-144.72, 105.144, RING_Z],
  [55.277, 170.128, RING_Z],
  [178.885, 0, RING_Z],
  [0, 0, 200],
]

/** Neighbouring corners are 210 apart, the next nearest 340. */
const EDGE_LENGTH_LIMIT = 250

/** Cosine of this angle from the z axis and less counts as a pole. */
const POLE_TOLERANCE = 1e-3

/**
 * Unit directions from the object's origin to the cameras, in the published order: ascending elevation, then ascending
 * atan2(x, y). 42 views are the icosahedron's corners and edge midpoints; each further level divides every edge again.
 *
 * @throws {RangeError} a count that no level has
 * @source SAM-6D, camera poses level 0 to 2
 */
export function viewDirections(count: ViewCount = 42): Vector3[] {
  const level = VIEW_COUNTS.indexOf(count)
  if (level < 0) throw new RangeError(`viewCount is ${count}, expected one of ${VIEW_COUNTS.join(', ')}`)
  let points = [...ICOSAHEDRON]
  let faces = icosahedronFaces()
  for (let k = 0; k <= level; k++) ({ points, faces } = subdivide(points, faces))
  const directions = points.map((point): Vector3 => {
    const [x, y, z] = normalize(point)
    // + 0 turns -0 into 0, whose atan2 differs by a full turn
    return [x + 0, y + 0, z + 0]
  })
  // Elevations that differ in the seventh digit are one ring.
  const ring = (direction: Vector3): number => Math.round(direction[2] * 1e6)
  return directions.sort((a, b) => ring(a) - ring(b) || azimuth(a) - azimuth(b))
}

/** Azimuth as the published order counts it: from +y towards +x, snapped so that 0 and ±pi are not split by noise. */
function azimuth([x, y]: Vector3): number {
  const angle = Math.atan2(Math.abs(x) < 1e-9 ? 0 : x, Math.abs(y) < 1e-9 ? 0 : y)
  return Math.round(angle * 1e9)
}

/**
 * The template camera's pose: it looks at the object's origin from `direction`, with the object's +z up in the image
 * (+y at the poles).
 *
 * @param direction  unit, object frame
 * @param distance   camera to origin, mm
 */
export function templateFromObject(direction: Vector3, distance: number): Transform<'template', 'object'> {
  const forward: Vector3 = [-direction[0], -direction[1], -direction[2]]
  const isPole = Math.hypot(direction[0], direction[1]) < POLE_TOLERANCE
  const down: Vector3 = isPole ? [0, -1, 0] : [0, 0, -1]
  const right = normalize(cross(down, forward))
  const imageDown = normalize(cross(forward, right))
  return transformFrom<'template', 'object'>([...right, ...imageDown, ...forward], [0, 0, distance])
}

type Face = readonly [number, number, number]

function icosahedronFaces(): Face[] {
  const near = (i: number, j: number): boolean =>
    Math.hypot(...ICOSAHEDRON[i].map((value, k) => value - ICOSAHEDRON[j][k])) < EDGE_LENGTH_LIMIT
  const faces: Face[] = []
  for (let i = 0; i < 12; i++) {
    for (let j = i + 1; j < 12; j++) {
      for (let k = j + 1; k < 12; k++) if (near(i, j) && near(j, k) && near(i, k)) faces.push([i, j, k])
    }
  }
  return faces
}

/** Splits every face in four; new points are edge midpoints pushed to the sphere of radius 200. */
function subdivide(points: readonly Vector3[], faces: readonly Face[]): { points: Vector3[]; faces: Face[] } {
  const out = [...points]
  const midpoints = new Map<string, number>()
  const midpoint = (i: number, j: number): number => {
    const key = `${Math.min(i, j)}-${Math.max(i, j)}`
    const known = midpoints.get(key)
    if (known !== undefined) return known
    const [x, y, z] = normalize([0, 1, 2].map((k) => points[i][k] + points[j][k]))
    midpoints.set(key, out.length)
    return out.push([200 * x, 200 * y, 200 * z]) - 1
  }
  const split = faces.flatMap(([a, b, c]): Face[] => {
    const ab = midpoint(a, b)
    const bc = midpoint(b, c)
    const ca = midpoint(c, a)
    return [
      [a, ab, ca],
      [b, bc, ab],
      [c, ca, bc],
      [ab, bc, ca],
    ]
  })
  return { points: out, faces: split }
}
