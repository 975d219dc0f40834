// Deferred software rasteriser: depth, object coordinates, normals, colour, triangle id.
export { createRasterMesh, type RasterMesh } from './raster-mesh.ts'
export { createRasterTarget, MAX_RASTER_SIDE, type RasterCoverage, type RasterTarget } from './raster-target.ts'
export { NEAR_DEFAULT, renderInto, type RenderOptions } from './render.ts'
export type { NormalSource } from './resolve-attributes.ts'
export {
  createSimdRaster,
  drawSimd,
  shadeCornersInto,
  type Picture,
  type SampleLight,
  type SimdRaster,
} from './simd-raster.ts'
