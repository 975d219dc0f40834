import type { TriangleMesh, Vector3 } from '@sextant/geometry'

/** sRGB, 0..255. */
export type Rgb = readonly [number, number, number]

/** Collects the surface of a part, mm, patch by patch. Patches do not share vertices, so their borders stay sharp. */
export interface PartBuilder {
  /**
   * A grid of columns x rows cells over the unit square. Outside is where (d/du x d/dv) points.
   *
   * @param at     (u, v) in 0..1 to a point
   * @param color  (u, v) in 0..1 to the colour of that point
   */
  patch(
    columns: number,
    rows: number,
    at: (u: number, v: number) => Vector3,
    color: (u: number, v: number) => Rgb,
  ): void
  /** Triangles over given points, counter-clockwise seen from outside, in one colour. */
  triangles(points: readonly Vector3[], faces: readonly (readonly [number, number, number])[], color: Rgb): void
  build(): TriangleMesh
}

export function createPartBuilder(): PartBuilder {
  const positions: number[] = []
  const colors: number[] = []
  const faces: number[] = []
  const begin = (): number => positions.length / 3
  return {
    patch(columns, rows, at, color) {
      const first = begin()
      for (let row = 0; row <= rows; row++) {
        for (let column = 0; column <= columns; column++) {
          positions.push(...at(column / columns, row / rows))
          colors.push(...color(column / columns, row / rows))
        }
      }
      const stride = columns + 1
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const a = first + row * stride + column
          faces.push(a, a + 1, a + stride + 1, a, a + stride + 1, a + stride)
        }
      }
    },
    triangles(points, triangles, color) {
      const first = begin()
      for (const point of points) {
        positions.push(...point)
        colors.push(...color)
      }
      for (const [a, b, c] of triangles) faces.push(first + a, first + b, first + c)
    },
    build: () => ({
      positions: Float32Array.from(positions),
      faces: Uint32Array.from(faces),
      colors: Uint8Array.from(colors, Math.round),
    }),
  }
}

/** `origin + x · a + y · b + z · c` */
export function along(origin: Vector3, ...steps: readonly (readonly [amount: number, direction: Vector3])[]): Vector3 {
  const out: Vector3 = [...origin]
  for (const [amount, direction] of steps) {
    out[0] += amount * direction[0]
    out[1] += amount * direction[1]
    out[2] += amount * direction[2]
  }
  return out
}

/**
 * A surface of revolution about z.
 *
 * @param profile  (radius, z), from bottom to top along the outside
 * @param color    (angle rad, index into the profile) to colour
 */
export function addRevolution(
  builder: PartBuilder,
  profile: readonly (readonly [radius: number, z: number])[],
  segments: number,
  color: (angle: number, index: number) => Rgb,
): void {
  const last = profile.length - 1
  builder.patch(
    segments,
    last,
    (u, v) => {
      const [radius, z] = profile[Math.round(v * last)]
      const angle = 2 * Math.PI * u
      return [radius * Math.cos(angle), radius * Math.sin(angle), z]
    },
    (u, v) => color(2 * Math.PI * u, Math.round(v * last)),
  )
}
