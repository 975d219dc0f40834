import type { CameraFromObject, PinholeCamera, Transform } from '@sextant/geometry'
import { clipFaces } from './clip-faces.ts'
import { fillFaces } from './fill-faces.ts'
import { projectVerticesInto } from './project-vertices.ts'
import type { RasterMesh } from './raster-mesh.ts'
import {
  clearTarget,
  createScreenVertices,
  reserveChannels,
  type RasterCoverage,
  type RasterTarget,
} from './raster-target.ts'
import { resolveAttributes, type NormalSource } from './resolve-attributes.ts'

/** What to render besides depth, and where the near plane lies. */
export interface RenderOptions {
  /** face index per pixel; implied by every channel below */
  readonly triangleIds?: boolean
  /** point of the object seen by the pixel, mm, object */
  readonly objectCoordinates?: boolean
  /** unit normals, camera, turned to the camera; 'vertex' interpolates and needs mesh normals */
  readonly normals?: NormalSource
  /** interpolated vertex colours */
  readonly colors?: boolean
  /** surface nearer than this is cut away, mm; > 0 */
  readonly near?: number
}

/** Near plane when none is given, mm. */
export const NEAR_DEFAULT = 1

/**
 * Renders one mesh into `target`, replacing the previous picture. Pass 1 keeps 1/z and the face per pixel inside the
 * box the mesh covers; pass 2 computes attributes for the visible pixels. Only the previous picture's box is cleared.
 *
 * Faces are two-sided. Faces that cross the near plane are clipped there; an object behind the camera gives an empty
 * picture. A pixel is covered when its centre lies in or on the projected face; a face seen exactly edge-on covers
 * nothing. On an edge shared by two faces the id is one of the two.
 *
 * @param target  overwritten; same size as the camera
 * @param camera  intrinsics in pixels, pixel centres at integers; the principal point may lie outside the image
 * @returns the target's coverage record (overwritten by the next rendering)
 * @throws {RangeError} size of target and camera differ; near not positive; a channel the mesh has no values for
 * @cost   O(vertices + faces + covered pixels); no allocation once the target has seen a mesh of this size
 */
export function renderInto(
  target: RasterTarget,
  mesh: RasterMesh,
  cameraFromObject: CameraFromObject | Transform<'template', 'object'>,
  camera: PinholeCamera,
  options: RenderOptions = {},
): RasterCoverage {
  const near = options.near ?? NEAR_DEFAULT
  const coordinates = options.objectCoordinates === true
  const colors = options.colors === true
  const normals = options.normals ?? null
  const resolves = coordinates || colors || normals !== null
  const ids = resolves || options.triangleIds === true
  if (camera.width !== target.width || camera.height !== target.height) {
    throw new RangeError(
      `target is ${target.width} x ${target.height}, camera ${camera.width} x ${camera.height}; they must agree`,
    )
  }
  if (!(near > 0)) throw new RangeError(`near is ${near}, expected > 0`)
  if (colors && mesh.colors === null) throw new RangeError('the mesh has no colours')
  if (normals === 'vertex' && mesh.normals === null) throw new RangeError('the mesh has no normals')

  clearTarget(target)
  const { coverage, scratch } = target
  reserveChannels(target, { ids, coordinates, normals: normals !== null, colors })
  if (scratch.screen.inverseDepths.length < mesh.vertexCount) scratch.screen = createScreenVertices(mesh.vertexCount)
  if (scratch.clipQueue.length < mesh.faceCount) scratch.clipQueue = new Int32Array(mesh.faceCount)

  projectVerticesInto(scratch.screen, mesh.positions, cameraFromObject, camera, near)
  scratch.touched[0] = target.width
  scratch.touched[1] = target.height
  scratch.touched[2] = -1
  scratch.touched[3] = -1
  const queued = fillFaces(target, scratch.screen, mesh.faces, mesh.faceCount, null, scratch.clipQueue, ids)
  if (queued > 0) {
    const pieces = clipFaces(scratch, mesh, cameraFromObject, camera, near, queued)
    fillFaces(target, scratch.clippedScreen, scratch.clippedFaces, pieces, scratch.clippedIds, null, ids)
  }
  if (scratch.touched[2] < 0) return coverage

  coverage.x0 = scratch.touched[0]
  coverage.y0 = scratch.touched[1]
  coverage.x1 = scratch.touched[2] + 1
  coverage.y1 = scratch.touched[3] + 1
  coverage.pixelCount = invertDepths(target.depths, target.width, coverage)
  scratch.idsDirty = ids
  scratch.coordinatesDirty = coordinates
  scratch.normalsDirty = normals !== null
  scratch.colorsDirty = colors
  if (resolves) resolveAttributes(target, mesh, cameraFromObject, camera, { coordinates, normals, colors })
  return coverage
}

/** 1/z to z in place; returns the number of covered pixels. */
function invertDepths(depths: Float32Array, width: number, coverage: RasterCoverage): number {
  const { x0, x1, y0, y1 } = coverage
  let pixelCount = 0
  for (let y = y0; y < y1; y++) {
    const end = y * width + x1
    for (let o = y * width + x0; o < end; o++) {
      const inverse = depths[o]
      if (inverse > 0) {
        depths[o] = 1 / inverse
        pixelCount++
      }
    }
  }
  return pixelCount
}
