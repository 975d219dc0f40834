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

interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** What is used of the WebAssembly API; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Memory: new (size: { initial: number; maximum: number }) => WasmMemory
  readonly Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { exports: RasterExports }
}

const PAGE_BYTES = 2 ** 16

/** Compiled once per thread: an instance of the same module starts with code that is already optimised. */
let compiled: object | null = null

/**
 * An instance with zeroed memory of its own, which never grows, so that views of it stay valid.
 * @throws {RangeError} no such amount of memory
 */
export function instantiateRaster(byteLength: number): { exports: RasterExports; memory: ArrayBuffer } {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(RASTER_WASM), (character) => character.charCodeAt(0)))
  const pages = Math.ceil(byteLength / PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return { exports, memory: memory.buffer }
}
