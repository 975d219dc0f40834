import type { PoseV2, RunV2 } from '@sextant/contracts'
import type { ViewMesh } from '../api/binaries.ts'

export type Camera = NonNullable<RunV2['frame']>['camera']
type Placement = Pick<PoseV2, 'rotation' | 'translation'>

/** Object point to camera, mm. */
export function toCamera({ rotation, translation }: Placement, point: ArrayLike<number>): [number, number, number] {
  const at = (row: number): number =>
    (rotation[3 * row] ?? 0) * (point[0] ?? 0) +
    (rotation[3 * row + 1] ?? 0) * (point[1] ?? 0) +
    (rotation[3 * row + 2] ?? 0) * (point[2] ?? 0) +
    (translation[row] ?? 0)
  return [at(0), at(1), at(2)]
}

/** Camera point to pixel; null behind the camera. */
export function toPixel(camera: Camera, [x, y, z]: readonly [number, number, number]): [number, number] | null {
  if (z <= 1) return null
  return [(camera.fx * x) / z + camera.cx, (camera.fy * y) / z + camera.cy]
}

/** [v, 2] px of every vertex; NaN behind the camera. */
export function projectVertices(mesh: ViewMesh, pose: Placement, camera: Camera): Float32Array {
  const count = mesh.positions.length / 3
  const pixels = new Float32Array(2 * count)
  for (let i = 0; i < count; i++) {
    const pixel = toPixel(camera, toCamera(pose, mesh.positions.subarray(3 * i, 3 * i + 3)))
    pixels[2 * i] = pixel?.[0] ?? Number.NaN
    pixels[2 * i + 1] = pixel?.[1] ?? Number.NaN
  }
  return pixels
}

/** Corners of the object's bounding box, [8, 3] mm, object; corner k has the upper x, y, z where bits 0, 1, 2 of k are set. */
export function boxCorners({ positions }: ViewMesh): number[][] {
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  for (let i = 0; i < positions.length; i++) {
    const value = positions[i] ?? 0
    const axis = i % 3
    low[axis] = Math.min(low[axis] ?? 0, value)
    high[axis] = Math.max(high[axis] ?? 0, value)
  }
  return Array.from({ length: 8 }, (_, corner) =>
    [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? high[axis] : low[axis]) ?? 0),
  )
}

/** Pairs of corners that differ in one bit. */
export const BOX_EDGES: readonly (readonly [number, number])[] = Array.from({ length: 8 }, (_, a) => a).flatMap((a) =>
  [1, 2, 4].filter((bit) => !(a & bit)).map((bit) => [a, a | bit] as const),
)
