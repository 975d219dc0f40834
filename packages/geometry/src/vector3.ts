/** Three numbers; a point or displacement in mm, or a direction. */
export type Vector3 = [number, number, number]

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: ArrayLike<number>, b: ArrayLike<number>): Vector3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

export function subtract(a: ArrayLike<number>, b: ArrayLike<number>): Vector3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

export function add(a: ArrayLike<number>, b: ArrayLike<number>): Vector3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

export function scale(a: ArrayLike<number>, factor: number): Vector3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor]
}

export function norm(a: ArrayLike<number>): number {
  return Math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
}

/** Unit vector; a zero vector stays zero. */
export function normalize(a: ArrayLike<number>): Vector3 {
  const length = norm(a)
  return length > 0 ? scale(a, 1 / length) : [0, 0, 0]
}

/** Two unit vectors across a unit direction and each other. */
export function perpendiculars(direction: Vector3): [Vector3, Vector3] {
  const u = normalize(cross(direction, Math.abs(direction[0]) < 0.8 ? [1, 0, 0] : [0, 1, 0]))
  return [u, cross(direction, u)]
}

/** Evenly spread directions on the sphere. @source Fibonacci lattice, Gonzalez 2010 */
export function fibonacciDirections(count: number): Vector3[] {
  const golden = Math.PI * (3 - Math.sqrt(5))
  return Array.from({ length: count }, (_, i) => {
    const z = 1 - (2 * i + 1) / count
    const radius = Math.sqrt(1 - z * z)
    return [radius * Math.cos(golden * i), radius * Math.sin(golden * i), z]
  })
}
