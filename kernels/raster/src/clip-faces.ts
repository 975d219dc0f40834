import type { PinholeCamera } from '@sextant/geometry'
import { GUARD_BAND, snapToGrid } from './project-vertices.ts'
import type { RasterMesh } from './raster-mesh.ts'
import { createScreenVertices, type RasterScratch } from './raster-target.ts'

/** A triangle cut by five planes has at most eight corners, six pieces. */
const MAX_CORNERS = 8
const MAX_PIECES = MAX_CORNERS - 2

/**
 * Cuts the queued faces by the near plane and the four sides of the guard band (Sutherland-Hodgman, camera frame) and
 * writes the pieces as triangles into the scratch. A cut point is always computed from the inner to the outer end of
 * its edge, so two faces that share the edge get the same point and stay closed.
 *
 * @param queued  number of faces in scratch.clipQueue
 * @returns number of pieces
 */
export function clipFaces(
  scratch: RasterScratch,
  mesh: RasterMesh,
  transform: Float64Array,
  camera: PinholeCamera,
  near: number,
  queued: number,
): number {
  if (scratch.clippedIds.length < MAX_PIECES * queued) {
    scratch.clippedIds = new Int32Array(MAX_PIECES * queued)
    scratch.clippedFaces = new Int32Array(3 * MAX_PIECES * queued)
    scratch.clippedScreen = createScreenVertices(MAX_CORNERS * queued)
  }
  const { coordinates, inverseDepths } = scratch.clippedScreen
  const { fx, fy, cx, cy } = camera
  // Inside when n · p >= d.
  const planes: readonly (readonly [number, number, number, number])[] = [
    [0, 0, 1, near],
    [fx, 0, cx + GUARD_BAND, 0],
    [-fx, 0, GUARD_BAND - cx, 0],
    [0, fy, cy + GUARD_BAND, 0],
    [0, -fy, GUARD_BAND - cy, 0],
  ]
  let pieces = 0
  let corners = 0
  for (let q = 0; q < queued; q++) {
    const face = scratch.clipQueue[q]
    let polygon = cameraCorners(mesh, face, transform)
    if (polygon.every((corner) => corner[2] < near)) continue
    for (const plane of planes) polygon = cutByPlane(polygon, plane)
    if (polygon.length < 3) continue
    for (let k = 0; k < polygon.length; k++) {
      const [x, y, z] = polygon[k]
      const o = corners + k
      coordinates[2 * o] = snapToGrid((fx * x) / z + cx)
      coordinates[2 * o + 1] = snapToGrid((fy * y) / z + cy)
      inverseDepths[o] = 1 / z
      if (k < 2) continue
      scratch.clippedFaces[3 * pieces] = corners
      scratch.clippedFaces[3 * pieces + 1] = corners + k - 1
      scratch.clippedFaces[3 * pieces + 2] = corners + k
      scratch.clippedIds[pieces++] = face
    }
    corners += polygon.length
  }
  return pieces
}

type Corner = readonly [number, number, number]

/** The three corners of a face in the camera frame, mm. */
function cameraCorners(mesh: RasterMesh, face: number, T: Float64Array): Corner[] {
  return [0, 1, 2].map((k) => {
    const i = 3 * mesh.faces[3 * face + k]
    const x = mesh.positions[i]
    const y = mesh.positions[i + 1]
    const z = mesh.positions[i + 2]
    return [
      T[0] * x + T[1] * y + T[2] * z + T[3],
      T[4] * x + T[5] * y + T[6] * z + T[7],
      T[8] * x + T[9] * y + T[10] * z + T[11],
    ]
  })
}

function cutByPlane(polygon: readonly Corner[], [nx, ny, nz, d]: readonly [number, number, number, number]): Corner[] {
  const out: Corner[] = []
  for (let k = 0; k < polygon.length; k++) {
    const current = polygon[k]
    const next = polygon[(k + 1) % polygon.length]
    const distance = nx * current[0] + ny * current[1] + nz * current[2] - d
    const nextDistance = nx * next[0] + ny * next[1] + nz * next[2] - d
    if (distance >= 0) out.push(current)
    if (distance >= 0 === nextDistance >= 0) continue
    const [inner, outer] = distance >= 0 ? [current, next] : [next, current]
    const innerDistance = distance >= 0 ? distance : nextDistance
    const outerDistance = distance >= 0 ? nextDistance : distance
    const t = innerDistance / (innerDistance - outerDistance)
    out.push([
      inner[0] + t * (outer[0] - inner[0]),
      inner[1] + t * (outer[1] - inner[1]),
      inner[2] + t * (outer[2] - inner[2]),
    ])
  }
  return out
}
