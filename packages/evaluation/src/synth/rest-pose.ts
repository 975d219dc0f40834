import {
  add,
  cross,
  dot,
  norm,
  normalize,
  rotationAbout,
  scale,
  subtract,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'

const ITERATIONS = 700
const FIRST_STEP = 0.3
const LAST_STEP = 1e-6

/**
 * Lets a body settle on a plane: the direction that points down comes to rest where the height of the centre of mass
 * over the lowest point is locally least. That height is the support function of the convex hull seen from the centre
 * of mass; it is followed downhill by subgradient steps that shrink geometrically.
 *
 * @param points  hull vertices, mm, object
 * @param down    direction that points down at the start, object
 * @returns rotation that turns the resting direction to -z, row-major 3x3
 */
export function settle(points: readonly Vector3[], centerOfMass: Vector3, down: Vector3): number[] {
  let direction = normalize(down)
  for (let k = 0; k < ITERATIONS; k++) {
    let height = -Infinity
    let lowest: Vector3 = [0, 0, 0]
    for (const point of points) {
      const arm = subtract(point, centerOfMass)
      const value = dot(direction, arm)
      if (value > height) {
        height = value
        lowest = arm
      }
    }
    const slope = subtract(lowest, scale(direction, height))
    const steepness = norm(slope)
    if (steepness === 0) break
    const step = FIRST_STEP * (LAST_STEP / FIRST_STEP) ** (k / ITERATIONS)
    direction = normalize(subtract(direction, scale(slope, step / steepness)))
  }
  return rotationBetween(direction, [0, 0, -1])
}

/** Shortest turn of one unit vector into another, row-major 3x3. */
function rotationBetween(from: Vector3, to: Vector3): number[] {
  const axis = cross(from, to)
  const angle = Math.atan2(norm(axis), dot(from, to))
  // Opposite directions leave the axis open: any one across will do.
  const across: Vector3 =
    norm(axis) > 1e-9 ? axis : Math.abs(from[0]) < 0.9 ? cross(from, [1, 0, 0]) : cross(from, [0, 1, 0])
  return rotationAbout(normalize(across), angle)
}

/** Centre of mass of the surface taken as a thin shell, mm, object. */
export function shellCenter(mesh: TriangleMesh): Vector3 {
  const vertex = (index: number): Vector3 => {
    const [x = 0, y = 0, z = 0] = mesh.positions.subarray(3 * index, 3 * index + 3)
    return [x, y, z]
  }
  let center: Vector3 = [0, 0, 0]
  let total = 0
  for (let f = 0; f < mesh.faces.length; f += 3) {
    const [i = 0, j = 0, k = 0] = mesh.faces.subarray(f, f + 3)
    const [a, b, c] = [vertex(i), vertex(j), vertex(k)]
    const area = norm(cross(subtract(b, a), subtract(c, a)))
    center = add(center, scale(add(add(a, b), c), area / 3))
    total += area
  }
  return scale(center, 1 / total)
}
