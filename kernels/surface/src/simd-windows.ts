import { wasmInstances, type WasmInstance } from '@sextant/geometry'
import { RESIDUAL_STRIDE, type FitGates, type FittedWindows, type WindowGround } from './fitted-windows.ts'
import { SURFACE_WASM } from './wasm-code.ts'

/** The functions of wasm/surface.ts; addresses in bytes. */
interface SurfaceExports {
  readonly fitResiduals: (...addressesAndNumbers: number[]) => number
  readonly fitNormals: (...addressesAndNumbers: number[]) => void
}

const instantiate = wasmInstances<SurfaceExports>(SURFACE_WASM)

/** The memory of the largest image so far: a thread opens one after the other. */
let latest: WasmInstance<SurfaceExports> | null = null

/** Bytes. Nothing lies at 0; blocks end with a vector, so that the second of two windows may lie beyond. */
const VECTOR = 16
const NUMBER_COUNT = 9
const aligned = (bytes: number): number => (Math.ceil(bytes / VECTOR) + 1) * VECTOR

/**
 * The twin of openWindows in WebAssembly with SIMD, two windows at a time, to the same bits. What is open is closed by
 * opening the next.
 */
export function openSimdWindows({ inverse, window, camera, grid, step }: WindowGround): FittedWindows {
  const { fx, fy, cx, cy, width, height } = camera
  const numbers = VECTOR
  const side = numbers + aligned(8 * NUMBER_COUNT)
  const values = side + aligned(window.side.byteLength)
  const out = values + aligned(inverse.values.byteLength)
  const normalCount = 3 * grid.width * grid.height
  const residualCount = Math.ceil(width / RESIDUAL_STRIDE) * Math.ceil(height / RESIDUAL_STRIDE)
  const end = out + aligned(Math.max(4 * normalCount, 8 * residualCount))
  if (latest === null || latest.memory.byteLength < end) latest = instantiate(end)
  const { exports, memory } = latest
  new Int32Array(memory, side, window.side.length).set(window.side)
  new Float32Array(memory, values, inverse.values.length).set(inverse.values)
  const input = [values, inverse.stride, inverse.margin, side, numbers]
  const setNumbers = ({ maxSlope, minSamples, noiseGate }: FitGates, minViewCosine: number): void => {
    new Float64Array(memory, numbers, NUMBER_COUNT).set([
      ...[noiseGate, minSamples, window.spread, maxSlope / fx, minViewCosine],
      ...[fx, fy, cx, cy],
    ])
  }
  return {
    residuals(gates) {
      setNumbers(gates, 0)
      const count = exports.fitResiduals(out, width, height, RESIDUAL_STRIDE >> 1, RESIDUAL_STRIDE, ...input)
      return new Float64Array(memory, out, count).slice()
    },
    normals(gates, minViewCosine) {
      setNumbers(gates, minViewCosine)
      const normals = new Float32Array(memory, out, normalCount).fill(0)
      exports.fitNormals(out, grid.width, grid.height, step, ...input)
      return normals.slice()
    },
  }
}
