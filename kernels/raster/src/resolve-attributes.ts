import type { PinholeCamera } from '@sextant/geometry'
import type { RasterMesh } from './raster-mesh.ts'
import type { RasterTarget } from './raster-target.ts'

/** Which normals the normal channel holds. */
export type NormalSource = 'face' | 'vertex'

/** Channels resolved per pixel from the triangle id. */
export interface AttributeChannels {
  readonly coordinates: boolean
  readonly normals: NormalSource | null
  readonly colors: boolean
}

/**
 * Pass 2: attributes of the visible pixels only. The weights of the corners come from the pixel's ray and the three
 * corners in the camera frame (ratios of triple products), so they are perspective-correct and hold for faces that
 * cross the near plane as well.
 *
 * With corners A, B, C and ray r: weight_A ∝ r · (B × C), and the face normal is (B − A) × (C − A).
 */
export function resolveAttributes(
  target: RasterTarget,
  mesh: RasterMesh,
  T: Float64Array,
  camera: PinholeCamera,
  channels: AttributeChannels,
): void {
  const { width, triangleIds, coverage } = target
  const { positions, faces } = mesh
  const coordinatesOut = channels.coordinates ? target.objectCoordinates : null
  const normalsOut = channels.normals === null ? null : target.normals
  const vertexNormals = channels.normals === 'vertex' ? mesh.normals : null
  const colorsOut = channels.colors ? target.colors : null
  const colors = mesh.colors
  let resolved = -1
  let a = 0
  let b = 0
  let c = 0
  // B × C, C × A, A × B, and the unit face normal, all camera frame
  let ax = 0
  let ay = 0
  let az = 0
  let bx = 0
  let by = 0
  let bz = 0
  let cx = 0
  let cy = 0
  let cz = 0
  let nx = 0
  let ny = 0
  let nz = 0
  for (let y = coverage.y0; y < coverage.y1; y++) {
    const ry = (y - camera.cy) / camera.fy
    for (let x = coverage.x0; x < coverage.x1; x++) {
      const o = y * width + x
      const id = triangleIds[o]
      if (id < 0) continue
      if (id !== resolved) {
        resolved = id
        a = 3 * faces[3 * id]
        b = 3 * faces[3 * id + 1]
        c = 3 * faces[3 * id + 2]
        const Ax = T[0] * positions[a] + T[1] * positions[a + 1] + T[2] * positions[a + 2] + T[3]
        const Ay = T[4] * positions[a] + T[5] * positions[a + 1] + T[6] * positions[a + 2] + T[7]
        const Az = T[8] * positions[a] + T[9] * positions[a + 1] + T[10] * positions[a + 2] + T[11]
        const Bx = T[0] * positions[b] + T[1] * positions[b + 1] + T[2] * positions[b + 2] + T[3]
        const By = T[4] * positions[b] + T[5] * positions[b + 1] + T[6] * positions[b + 2] + T[7]
        const Bz = T[8] * positions[b] + T[9] * positions[b + 1] + T[10] * positions[b + 2] + T[11]
        const Cx = T[0] * positions[c] + T[1] * positions[c + 1] + T[2] * positions[c + 2] + T[3]
        const Cy = T[4] * positions[c] + T[5] * positions[c + 1] + T[6] * positions[c + 2] + T[7]
        const Cz = T[8] * positions[c] + T[9] * positions[c + 1] + T[10] * positions[c + 2] + T[11]
        ax = By * Cz - Bz * Cy
        ay = Bz * Cx - Bx * Cz
        az = Bx * Cy - By * Cx
        bx = Cy * Az - Cz * Ay
        by = Cz * Ax - Cx * Az
        bz = Cx * Ay - Cy * Ax
        cx = Ay * Bz - Az * By
        cy = Az * Bx - Ax * Bz
        cz = Ax * By - Ay * Bx
        // B × C + C × A + A × B = (B − A) × (C − A); the direct form keeps its digits for small faces far away
        nx = (By - Ay) * (Cz - Az) - (Bz - Az) * (Cy - Ay)
        ny = (Bz - Az) * (Cx - Ax) - (Bx - Ax) * (Cz - Az)
        nz = (Bx - Ax) * (Cy - Ay) - (By - Ay) * (Cx - Ax)
      }
      const rx = (x - camera.cx) / camera.fx
      const orientation = nx * rx + ny * ry + nz < 0 ? -1 : 1
      // A pixel on an edge may lie outside the unrounded face by a hair; clamping keeps it on the face.
      let wa = (ax * rx + ay * ry + az) * orientation
      let wb = (bx * rx + by * ry + bz) * orientation
      let wc = (cx * rx + cy * ry + cz) * orientation
      if (!(wa > 0)) wa = 0
      if (!(wb > 0)) wb = 0
      if (!(wc > 0)) wc = 0
      const sum = wa + wb + wc
      const scale = sum > 0 ? 1 / sum : 0
      wa = sum > 0 ? wa * scale : 1
      wb *= scale
      wc *= scale
      const o3 = 3 * o
      if (coordinatesOut !== null) {
        coordinatesOut[o3] = wa * positions[a] + wb * positions[b] + wc * positions[c]
        coordinatesOut[o3 + 1] = wa * positions[a + 1] + wb * positions[b + 1] + wc * positions[c + 1]
        coordinatesOut[o3 + 2] = wa * positions[a + 2] + wb * positions[b + 2] + wc * positions[c + 2]
      }
      if (colorsOut !== null && colors !== null) {
        colorsOut[o3] = wa * colors[a] + wb * colors[b] + wc * colors[c] + 0.5
        colorsOut[o3 + 1] = wa * colors[a + 1] + wb * colors[b + 1] + wc * colors[c + 1] + 0.5
        colorsOut[o3 + 2] = wa * colors[a + 2] + wb * colors[b + 2] + wc * colors[c + 2] + 0.5
      }
      if (normalsOut === null) continue
      let mx = -nx * orientation
      let my = -ny * orientation
      let mz = -nz * orientation
      if (vertexNormals !== null) {
        const vx = wa * vertexNormals[a] + wb * vertexNormals[b] + wc * vertexNormals[c]
        const vy = wa * vertexNormals[a + 1] + wb * vertexNormals[b + 1] + wc * vertexNormals[c + 1]
        const vz = wa * vertexNormals[a + 2] + wb * vertexNormals[b + 2] + wc * vertexNormals[c + 2]
        const cameraX = T[0] * vx + T[1] * vy + T[2] * vz
        const cameraY = T[4] * vx + T[5] * vy + T[6] * vz
        const cameraZ = T[8] * vx + T[9] * vy + T[10] * vz
        // Vertex normals that cancel out leave the face normal in place.
        if (cameraX * cameraX + cameraY * cameraY + cameraZ * cameraZ > 1e-12) {
          const flip = cameraX * rx + cameraY * ry + cameraZ > 0 ? -1 : 1
          mx = cameraX * flip
          my = cameraY * flip
          mz = cameraZ * flip
        }
      }
      const length = Math.sqrt(mx * mx + my * my + mz * mz)
      const inverseLength = length > 0 ? 1 / length : 0
      normalsOut[o3] = mx * inverseLength
      normalsOut[o3 + 1] = my * inverseLength
      normalsOut[o3 + 2] = mz * inverseLength
    }
  }
}
