import { wasmInstances } from '@sextant/geometry'
import { RASTER_WASM } from './wasm-code.ts'

/** The functions of wasm/raster.ts; addresses in bytes. */
export interface RasterExports {
  readonly projectVertices: (screen: number, vertices: number, count: number, numbers: number) => void
  /** whether no face has to be clipped: 0 or 1 */
  readonly fillFaces: (
    screen: number,
    faces: number,
    faceCount: number,
    depths: number,
    ids: number,
    width: number,
    height: number,
    box: number,
  ) => number
  readonly invertDepths: (depths: number, width: number, x0: number, y0: number, x1: number, y1: number) => number
  readonly shadeCorners: (...addressesAndNumbers: number[]) => void
}

export const instantiateRaster = wasmInstances<RasterExports>(RASTER_WASM)
