import type { CameraFromObject, PinholeCamera, Transform } from '@sextant/geometry'
import type { RasterMesh } from './raster-mesh.ts'
import { assertRasterSides, type RasterTarget } from './raster-target.ts'
import { instantiateRaster, type RasterExports } from './wasm-instance.ts'

/** One rendering: the part of a RasterTarget that both twins fill. */
export type Picture = Pick<RasterTarget, 'width' | 'height' | 'depths' | 'triangleIds' | 'coverage'>

/**
 * The rasteriser's twin in WebAssembly with SIMD: one mesh in its memory and the latest picture of it. It pays for fine
 * meshes drawn many times, where faces cover a few pixels; one owner, for the life of the mesh. The bits are renderInto's.
 */
export interface SimdRaster {
  readonly mesh: RasterMesh
  /** pixels of the largest picture */
  readonly capacity: number
  /** what createSimdRaster was given, in the memory */
  readonly surfaces: Float32Array
  /** the latest rendering; its images lie in the memory and are overwritten by the next one */
  picture: Picture
  /** whether the latest rendering has ids */
  hasIds: boolean
  readonly wasm: RasterExports
  readonly memory: ArrayBuffer
  readonly at: Layout
}

/** Where things lie in the memory, bytes. */
type Layout = Readonly<Record<keyof ReturnType<typeof sizesOf>, number>>

/** Bytes. The pictures end with a vector, so that lanes may lie beyond. */
const VECTOR = 16
/** Bytes; blocks start at multiples, so that a face's surface lies in one line. */
const CACHE_LINE = 64
/** f64 numbers that the module takes by address: pose, camera, near, light. */
const NUMBER_COUNT = 26
const SRGB_CAPACITY = 4096

/** Bytes of each block. */
function sizesOf({ faceCount, vertexCount }: RasterMesh, width: number, capacity: number, surfaceCount: number) {
  return {
    numbers: 8 * NUMBER_COUNT,
    box: 16,
    srgb: SRGB_CAPACITY,
    vertices: 12 * vertexCount,
    screen: 16 * vertexCount,
    faces: 12 * faceCount,
    surfaces: 4 * surfaceCount,
    depths: 4 * capacity + VECTOR,
    ids: 4 * capacity + VECTOR,
    color: 3 * capacity,
    rows: 2 * VECTOR * (width + 3),
  }
}

/**
 * Puts a mesh into memory of its own.
 *
 * @param largest   size of the largest picture
 * @param surfaces  for shadeCornersInto: [faceCount, 4 or 16] linear functions of a point on the face, object frame, mm:
 *   height above it; red, green, blue, linear light 0..1
 * @throws {RangeError} a side outside 1..8000; more memory than there is
 */
export function createSimdRaster(
  mesh: RasterMesh,
  largest: { width: number; height: number },
  surfaces = new Float32Array(0),
): SimdRaster {
  assertRasterSides(largest.width, largest.height)
  const capacity = largest.width * largest.height
  const at: Record<string, number> = {}
  // Nothing lies at 0, which means "none" to the module.
  let end = CACHE_LINE
  for (const [name, size] of Object.entries(sizesOf(mesh, largest.width, capacity, surfaces.length))) {
    at[name] = end
    end += Math.ceil(size / CACHE_LINE) * CACHE_LINE
  }
  const { exports: wasm, memory } = instantiateRaster(end)
  const layout = at as Layout
  new Float32Array(memory, layout.vertices, 3 * mesh.vertexCount).set(mesh.positions)
  new Int32Array(memory, layout.faces, 3 * mesh.faceCount).set(mesh.faces)
  new Int32Array(memory, layout.ids, capacity).fill(-1)
  const inMemory = new Float32Array(memory, layout.surfaces, surfaces.length)
  inMemory.set(surfaces)
  return {
    mesh,
    capacity,
    surfaces: inMemory,
    picture: viewPicture(memory, layout, 0, 0),
    hasIds: false,
    wasm,
    memory,
    at: layout,
  }
}

function viewPicture(memory: ArrayBuffer, at: Layout, width: number, height: number): Picture {
  return {
    width,
    height,
    depths: new Float32Array(memory, at.depths, width * height),
    triangleIds: new Int32Array(memory, at.ids, width * height),
    coverage: { pixelCount: 0, x0: 0, y0: 0, x1: 0, y1: 0 },
  }
}

/**
 * Renders the mesh as renderInto does, to the same bits: depth and, on request, the face per pixel.
 *
 * @returns the raster's picture; null where a face would have to be clipped, which is left to renderInto
 * @throws {RangeError} a picture larger than the capacity; near not positive
 * @cost   O(vertices + faces + covered pixels); no image is allocated
 */
export function drawSimd(
  raster: SimdRaster,
  cameraFromObject: CameraFromObject | Transform<'template', 'object'>,
  camera: PinholeCamera,
  options: { readonly near: number; readonly triangleIds: boolean },
): Picture | null {
  const { at, capacity, memory, mesh, wasm } = raster
  const { height, width } = camera
  const { near, triangleIds } = options
  if (width * height > capacity) throw new RangeError(`picture of ${width} x ${height} px, room for ${capacity} px`)
  if (!(near > 0)) throw new RangeError(`near is ${near}, expected > 0`)
  clearPicture(raster)
  const numbers = new Float64Array(memory, at.numbers, NUMBER_COUNT)
  numbers.set(cameraFromObject.subarray(0, 12))
  numbers.set([camera.fx, camera.fy, camera.cx, camera.cy, near], 12)
  const box = new Int32Array(memory, at.box, 4)
  box.set([width, height, -1, -1])

  raster.picture = viewPicture(memory, at, width, height)
  raster.hasIds = triangleIds
  wasm.projectVertices(at.screen, at.vertices, mesh.vertexCount, at.numbers)
  const isComplete =
    wasm.fillFaces(at.screen, at.faces, mesh.faceCount, at.depths, triangleIds ? at.ids : 0, width, height, at.box) !==
    0
  const { coverage } = raster.picture
  if (box[2] >= 0) {
    coverage.x0 = box[0]
    coverage.y0 = box[1]
    coverage.x1 = box[2] + 1
    coverage.y1 = box[3] + 1
    const { x0, x1, y0, y1 } = coverage
    coverage.pixelCount = wasm.invertDepths(at.depths, width, x0, y0, x1, y1)
  }
  return isComplete ? raster.picture : null
}

/** Empties the box of the latest picture. */
function clearPicture({ hasIds, picture }: SimdRaster): void {
  const { coverage, depths, triangleIds, width } = picture
  for (let y = coverage.y0; y < coverage.y1; y++) {
    const from = y * width + coverage.x0
    const to = y * width + coverage.x1
    depths.fill(0, from, to)
    if (hasIds) triangleIds.fill(-1, from, to)
  }
}

/** A point light and how its light becomes bytes. */
export interface SampleLight {
  /** of the camera, object frame, mm */
  readonly eye: readonly [number, number, number]
  /** of the light, object frame, mm */
  readonly light: readonly [number, number, number]
  /** its z in the camera frame, mm */
  readonly lightZ: number
  /** radiance of one sample of reflectance 1 is strength · height / distance³ */
  readonly strength: number
  /** of a mesh without colours, linear 0..1 */
  readonly uniformReflectance: number
  /** at most 4096 sRGB bytes of linear light 0..1, evenly spaced */
  readonly srgbOfLinear: Uint8Array
}

/**
 * Shades the latest picture, which must have ids and be complete, its samples being the corners of pixels: the twin of the
 * templates' shadeInto, to the same bits.
 *
 * @param out  [height - 1, width - 1, 3] zeros
 */
export function shadeCornersInto(out: Uint8Array, raster: SimdRaster, light: SampleLight): void {
  const { at, memory, mesh, picture, surfaces, wasm } = raster
  const { coverage, height, width } = picture
  if (coverage.pixelCount === 0) return
  const numbers = new Float64Array(memory, at.numbers, NUMBER_COUNT)
  numbers.set([...light.eye, ...light.light, light.lightZ, light.strength, light.uniformReflectance], 17)
  new Uint8Array(memory, at.srgb, SRGB_CAPACITY).set(light.srgbOfLinear)
  const { x0, x1, y0, y1 } = coverage
  wasm.shadeCorners(
    ...[at.color, at.numbers, at.surfaces, surfaces.length / mesh.faceCount, at.depths, at.ids, width, height],
    ...[at.srgb, light.srgbOfLinear.length - 1, at.rows, x0, y0, x1, y1],
  )
  const outWidth = width - 1
  const lastColumn = Math.min(x1, outWidth)
  const color = new Uint8Array(memory, at.color, out.length)
  for (let y = Math.max(0, y0 - 1); y < Math.min(y1, height - 1); y++) {
    const from = 3 * (y * outWidth + Math.max(0, x0 - 1))
    out.set(color.subarray(from, 3 * (y * outWidth + lastColumn)), from)
  }
}
