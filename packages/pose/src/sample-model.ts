import {
  cross,
  fibonacciDirections,
  normalize,
  transformFrom,
  type PinholeCamera,
  type Vector3,
} from '@sextant/geometry'
import { createRasterTarget, renderInto, type RasterMesh } from '@sextant/raster'
import { chromaOf } from './chroma.ts'
import type { SurfaceSamples } from './cluster-points.ts'

const VIEW_COUNT = 80
const VIEW_SIZE = 120
const VIEW_DISTANCE = 4

/**
 * Samples the surface that can be seen from outside: interior faces disappear and normals point outwards whatever
 * the winding of the CAD.
 *
 * @param mesh      object coordinates with the origin at the object's centre
 * @param diameter  mm
 * @returns one sample per pixel of 80 views at 120 px, object coordinates
 */
export function sampleVisibleSurface(mesh: RasterMesh, diameter: number): SurfaceSamples {
  const distance = VIEW_DISTANCE * diameter
  const focal = (0.92 * VIEW_SIZE * distance) / diameter
  const center = (VIEW_SIZE - 1) / 2
  const camera: PinholeCamera = { fx: focal, fy: focal, cx: center, cy: center, width: VIEW_SIZE, height: VIEW_SIZE }
  const target = createRasterTarget(VIEW_SIZE, VIEW_SIZE)
  const hasColors = mesh.colors !== null
  const positions: number[] = []
  const normals: number[] = []
  const colors: number[] = []
  for (const direction of fibonacciDirections(VIEW_COUNT)) {
    const R = rotationLookingAlong([-direction[0], -direction[1], -direction[2]])
    const coverage = renderInto(target, mesh, transformFrom<'camera', 'object'>(R, [0, 0, distance]), camera, {
      objectCoordinates: true,
      normals: 'face',
      colors: hasColors,
      near: diameter / 2,
    })
    for (let y = coverage.y0; y < coverage.y1; y++) {
      for (let x = coverage.x0; x < coverage.x1; x++) {
        const i = 3 * (y * VIEW_SIZE + x)
        const nx = target.normals[i]
        const ny = target.normals[i + 1]
        const nz = target.normals[i + 2]
        // Grazing pixels belong to another view.
        if (target.depths[i / 3] === 0 || nz > -0.3) continue
        positions.push(target.objectCoordinates[i], target.objectCoordinates[i + 1], target.objectCoordinates[i + 2])
        normals.push(
          R[0] * nx + R[3] * ny + R[6] * nz,
          R[1] * nx + R[4] * ny + R[7] * nz,
          R[2] * nx + R[5] * ny + R[8] * nz,
        )
        if (hasColors) colors.push(target.colors[i], target.colors[i + 1], target.colors[i + 2])
      }
    }
  }
  return {
    count: positions.length / 3,
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    chroma: hasColors ? chromaOf(Uint8Array.from(colors)) : null,
  }
}

/** Rows are the axes of a camera that looks along `forward` (unit); roll is arbitrary. */
function rotationLookingAlong(forward: Vector3): number[] {
  const helper: Vector3 = Math.abs(forward[2]) > 0.9 ? [0, -1, 0] : [0, 0, -1]
  const right = normalize(cross(helper, forward))
  const down = cross(forward, right)
  return [...right, ...down, ...forward]
}
