import {
  compose,
  invert,
  translationOf,
  type PinholeCamera,
  type Transform,
  type TriangleMesh,
  type Vector3,
} from '@sextant/geometry'
import { linearOfSrgb, vertexNormals } from '@sextant/mesh'
import { createRasterMesh, createRasterTarget, renderInto, type RasterMesh } from '@sextant/raster'
import type { PlacedProp } from './scene-layout.ts'
import { EXAMPLE_TABLE, meetBackdrop, type TableTop } from './table-top.ts'

/** A placed prop ready to be drawn. */
export interface DrawnProp extends PlacedProp {
  readonly raster: RasterMesh
}

/** What is seen at every pixel. */
export interface SceneBuffers {
  readonly camera: PinholeCamera
  /** [height, width] mm, camera z; 0 = nothing */
  readonly depths: Float32Array
  /** [height, width] index of the prop; -1 table, -2 floor, -3 nothing */
  readonly owners: Int16Array
  /** [height, width, 3] mm, world */
  readonly points: Float32Array
  /** [height, width, 3] unit, world, facing the camera */
  readonly normals: Float32Array
  /** [height, width, 3] linear reflectance */
  readonly albedos: Float32Array
  /** pixels each prop would cover alone */
  readonly fullCounts: readonly number[]
}

export const OWNER_TABLE = -1
export const OWNER_FLOOR = -2
export const OWNER_NOTHING = -3

/** Lays out a prop for drawing, with smooth normals. */
export function drawnPropOf(prop: PlacedProp): DrawnProp {
  const mesh: TriangleMesh = { ...prop.mesh, normals: vertexNormals(prop.mesh) }
  return { ...prop, raster: createRasterMesh(mesh) }
}

/** Draws props and backdrop into one set of buffers; the nearest wins. */
export function drawScene(
  props: readonly DrawnProp[],
  camera: PinholeCamera,
  cameraFromWorld: Transform<'camera', 'world'>,
  table: TableTop = EXAMPLE_TABLE,
): SceneBuffers {
  const { width, height } = camera
  const pixels = width * height
  const buffers = {
    camera,
    depths: new Float32Array(pixels),
    owners: new Int16Array(pixels).fill(OWNER_NOTHING),
    points: new Float32Array(3 * pixels),
    normals: new Float32Array(3 * pixels),
    albedos: new Float32Array(3 * pixels),
  }
  const worldFromCamera = invert(cameraFromWorld)
  drawBackdrop(buffers, worldFromCamera, table)
  const target = createRasterTarget(width, height)
  const fullCounts = props.map((prop, index) => {
    const cameraFromObject = compose(cameraFromWorld, prop.worldFromObject)
    const coverage = renderInto(target, prop.raster, cameraFromObject, camera, { normals: 'vertex', colors: true })
    for (let y = coverage.y0; y < coverage.y1; y++) {
      for (let i = y * width + coverage.x0; i < y * width + coverage.x1; i++) {
        const z = target.depths[i]
        const before = buffers.depths[i]
        if (z === 0 || (before !== 0 && before <= z)) continue
        buffers.depths[i] = z
        buffers.owners[i] = index
        const [nx = 0, ny = 0, nz = 0] = target.normals.subarray(3 * i, 3 * i + 3)
        buffers.normals.set(turn(worldFromCamera, [nx, ny, nz]), 3 * i)
        const [r = 0, g = 0, b = 0] = target.colors.subarray(3 * i, 3 * i + 3)
        buffers.albedos.set([linearOf(r), linearOf(g), linearOf(b)], 3 * i)
        const ray = rayOf(camera, worldFromCamera, i)
        const eye = eyeOf(worldFromCamera)
        buffers.points.set([eye[0] + z * ray[0], eye[1] + z * ray[1], eye[2] + z * ray[2]], 3 * i)
      }
    }
    return coverage.pixelCount
  })
  return { ...buffers, fullCounts }
}

function drawBackdrop(
  buffers: Omit<SceneBuffers, 'fullCounts'>,
  worldFromCamera: Transform<'world', 'camera'>,
  table: TableTop,
): void {
  const eye = eyeOf(worldFromCamera)
  for (let i = 0; i < buffers.depths.length; i++) {
    const hit = meetBackdrop(eye, rayOf(buffers.camera, worldFromCamera, i), table)
    if (hit === null) continue
    buffers.depths[i] = hit.distance
    buffers.owners[i] = hit.isTable ? OWNER_TABLE : OWNER_FLOOR
    buffers.points.set(hit.point, 3 * i)
    buffers.normals[3 * i + 2] = 1
    buffers.albedos.set(hit.albedo, 3 * i)
  }
}

/** Ray through a pixel, world, scaled so that camera z is 1. */
function rayOf(camera: PinholeCamera, worldFromCamera: Transform<'world', 'camera'>, pixel: number): Vector3 {
  const u = pixel % camera.width
  const v = Math.floor(pixel / camera.width)
  return turn(worldFromCamera, [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1])
}

/** Place of the camera, world. */
export function eyeOf(worldFromCamera: Transform<'world', 'camera'>): Vector3 {
  return translationOf(worldFromCamera)
}

/** Rotation part applied to a direction. */
function turn(transform: Float64Array, [x, y, z]: Vector3): Vector3 {
  const row = (r: number): number => transform[4 * r] * x + transform[4 * r + 1] * y + transform[4 * r + 2] * z
  return [row(0), row(1), row(2)]
}

/** sRGB 0..255 to linear 0..1. */
export function linearOf(value: number): number {
  return linearOfSrgb(value / 255)
}
