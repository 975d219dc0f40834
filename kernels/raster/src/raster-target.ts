/** What one rendering covers. */
export interface RasterCoverage {
  /** covered pixels */
  pixelCount: number
  /** pixel box that holds every covered pixel; x1, y1 exclusive; all zero when nothing is covered */
  x0: number
  y0: number
  x1: number
  y1: number
}

/**
 * Output images and scratch of the rasteriser. One owner at a time; every rendering overwrites it. Pixels outside
 * the covered ones always hold the empty value, so the images can be read whole.
 */
export interface RasterTarget {
  readonly width: number
  readonly height: number
  /** [height, width] mm, camera z; 0 = nothing */
  readonly depths: Float32Array
  /** [height, width] face index, -1 = nothing; filled when any channel besides depth is asked for */
  readonly triangleIds: Int32Array
  /** [height, width, 3] mm, object; zeros where nothing */
  readonly objectCoordinates: Float32Array
  /** [height, width, 3] unit, camera, facing the camera; zeros where nothing */
  readonly normals: Float32Array
  /** [height, width, 3] sRGB; zeros where nothing */
  readonly colors: Uint8Array
  /** coverage of the latest rendering; the same record every time */
  readonly coverage: RasterCoverage
  readonly scratch: RasterScratch
}

/** Vertices in the image. */
export interface ScreenVertices {
  /** [capacity, 2] u, v in sub-pixels (2^-12 px) */
  readonly coordinates: Int32Array
  /** [capacity] 1/z in 1/mm; NaN: the vertex needs clipping */
  readonly inverseDepths: Float64Array
}

export function createScreenVertices(capacity: number): ScreenVertices {
  return { coordinates: new Int32Array(2 * capacity), inverseDepths: new Float64Array(capacity) }
}

/** Buffers that live between the passes; they grow to the largest mesh seen and stay. Not for callers. */
export interface RasterScratch {
  /** the mesh's vertices */
  screen: ScreenVertices
  /** faces that touch a vertex to be clipped */
  clipQueue: Int32Array
  /** corners of the clipped pieces */
  clippedScreen: ScreenVertices
  /** [pieces, 3] indices into clippedScreen */
  clippedFaces: Int32Array
  /** face index of each piece */
  clippedIds: Int32Array
  /** box touched by pass 1; x1, y1 inclusive */
  readonly touched: Int32Array
  /** which optional channels hold non-empty pixels inside the coverage box */
  idsDirty: boolean
  coordinatesDirty: boolean
  normalsDirty: boolean
  colorsDirty: boolean
}

/** Largest image side; the sub-pixel arithmetic is exact up to the guard band around it. */
export const MAX_RASTER_SIDE = 8000

const NO_FLOATS = new Float32Array(0)

/**
 * Allocates a render target. Optional channels are allocated on first use and then kept.
 * @throws {RangeError} a size outside 1..8000
 */
export function createRasterTarget(width: number, height: number): RasterTarget {
  assertRasterSides(width, height)
  const target: RasterTarget = {
    width,
    height,
    depths: new Float32Array(width * height),
    triangleIds: new Int32Array(0),
    objectCoordinates: NO_FLOATS,
    normals: NO_FLOATS,
    colors: new Uint8Array(0),
    coverage: { pixelCount: 0, x0: 0, y0: 0, x1: 0, y1: 0 },
    scratch: {
      screen: createScreenVertices(0),
      clipQueue: new Int32Array(0),
      clippedScreen: createScreenVertices(0),
      clippedFaces: new Int32Array(0),
      clippedIds: new Int32Array(0),
      touched: new Int32Array(4),
      idsDirty: false,
      coordinatesDirty: false,
      normalsDirty: false,
      colorsDirty: false,
    },
  }
  return target
}

/** @throws {RangeError} a size outside 1..8000 */
export function assertRasterSides(width: number, height: number): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_RASTER_SIDE) {
      throw new RangeError(`image side ${side} is not an integer in 1..${MAX_RASTER_SIDE}`)
    }
  }
}

type Growable = { -readonly [K in keyof RasterTarget]: RasterTarget[K] }

/** Allocates the channels that are asked for and missing. */
export function reserveChannels(
  target: RasterTarget,
  wants: { ids: boolean; coordinates: boolean; normals: boolean; colors: boolean },
): void {
  const growable = target as Growable
  const pixels = target.width * target.height
  if (wants.ids && target.triangleIds.length === 0) growable.triangleIds = new Int32Array(pixels).fill(-1)
  if (wants.coordinates && target.objectCoordinates.length === 0) {
    growable.objectCoordinates = new Float32Array(3 * pixels)
  }
  if (wants.normals && target.normals.length === 0) growable.normals = new Float32Array(3 * pixels)
  if (wants.colors && target.colors.length === 0) growable.colors = new Uint8Array(3 * pixels)
}

/** Empties what the previous rendering wrote, and nothing else. */
export function clearTarget(target: RasterTarget): void {
  const { coverage, scratch, width } = target
  for (let y = coverage.y0; y < coverage.y1; y++) {
    const from = y * width + coverage.x0
    const to = y * width + coverage.x1
    target.depths.fill(0, from, to)
    if (scratch.idsDirty) target.triangleIds.fill(-1, from, to)
    if (scratch.coordinatesDirty) target.objectCoordinates.fill(0, 3 * from, 3 * to)
    if (scratch.normalsDirty) target.normals.fill(0, 3 * from, 3 * to)
    if (scratch.colorsDirty) target.colors.fill(0, 3 * from, 3 * to)
  }
  scratch.idsDirty = scratch.coordinatesDirty = scratch.normalsDirty = scratch.colorsDirty = false
  coverage.pixelCount = coverage.x0 = coverage.y0 = coverage.x1 = coverage.y1 = 0
}
