import type { TriangleMesh, Vector3 } from '@sextant/geometry'
import { along, createPartBuilder, type Rgb } from './part-builder.ts'

/** Colour at (s, t): mm to the right and up from the lower left corner, seen from outside. */
export type FacePrint = (s: number, t: number) => Rgb

/** What is printed on each face; the front is -y, seen with x to the right and z up. */
export interface BoxPrint {
  readonly front: FacePrint
  readonly back: FacePrint
  readonly left: FacePrint
  readonly right: FacePrint
  readonly top: FacePrint
  readonly bottom: FacePrint
}

const X: Vector3 = [1, 0, 0]
const Y: Vector3 = [0, 1, 0]
const Z: Vector3 = [0, 0, 1]
const MINUS_X: Vector3 = [-1, 0, 0]
const MINUS_Y: Vector3 = [0, -1, 0]

/**
 * A closed box around the origin with printed faces.
 *
 * @param size  [x, y, z] mm
 * @param grid  spacing of the vertices that carry the print, mm
 */
export function printedBox(size: Vector3, grid: number, print: BoxPrint): TriangleMesh {
  const [w, d, h] = size
  const builder = createPartBuilder()
  const face = (
    corner: Vector3,
    right: Vector3,
    width: number,
    up: Vector3,
    height: number,
    paint: FacePrint,
  ): void => {
    builder.patch(
      Math.max(1, Math.round(width / grid)),
      Math.max(1, Math.round(height / grid)),
      (u, v) => along(corner, [u * width, right], [v * height, up]),
      (u, v) => paint(u * width, v * height),
    )
  }
  face([-w / 2, -d / 2, -h / 2], X, w, Z, h, print.front)
  face([w / 2, d / 2, -h / 2], MINUS_X, w, Z, h, print.back)
  face([w / 2, -d / 2, -h / 2], Y, d, Z, h, print.right)
  face([-w / 2, d / 2, -h / 2], MINUS_Y, d, Z, h, print.left)
  face([-w / 2, -d / 2, h / 2], X, w, Y, d, print.top)
  face([w / 2, -d / 2, -h / 2], MINUS_X, w, Y, d, print.bottom)
  return builder.build()
}
