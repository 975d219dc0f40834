import type { PinholeCamera } from '@sextant/geometry'
import { fitWindowInto, type FitWindow, type InverseDepth } from './window-fit.ts'

/** Noise is measured on every 8th pixel of both axes. */
export const RESIDUAL_STRIDE = 8

/** What may count in a fit. */
export interface FitGates {
  /** 1/mm */
  readonly noiseGate: number
  /** steepest surface of the first pass: depth change over lateral distance */
  readonly maxSlope: number
  /** least samples */
  readonly minSamples: number
}

/** The windows of one depth image. */
export interface FittedWindows {
  /** Root mean square residuals, 1/mm, of the windows that can be fitted, on every 8th pixel of both axes. */
  residuals(gates: FitGates): Float64Array
  /**
   * @returns [grid height, grid width, 3] unit, camera, towards the camera; zeros where unknown, or seen flatter than
   *   `minViewCosine`
   */
  normals(gates: FitGates, minViewCosine: number): Float32Array
}

/** What windows are laid on. */
export interface WindowGround {
  readonly inverse: InverseDepth
  readonly window: FitWindow
  /** of the image */
  readonly camera: PinholeCamera
  /** camera of the grid: every `step`th pixel of the image */
  readonly grid: PinholeCamera
  readonly step: number
}

export function openWindows({ inverse, window, camera, grid, step }: WindowGround): FittedWindows {
  const { fx, fy, cx, cy, width, height } = camera
  const { values, stride: row, margin } = inverse
  const fit = { slopeX: 0, slopeY: 0, value: 0, rms: 0 }
  return {
    residuals({ maxSlope, minSamples, noiseGate }) {
      const out: number[] = []
      const slopePerInverseDepth = maxSlope / fx
      for (let y = RESIDUAL_STRIDE >> 1; y < height; y += RESIDUAL_STRIDE) {
        for (let x = RESIDUAL_STRIDE >> 1; x < width; x += RESIDUAL_STRIDE) {
          const center = (y + margin) * row + x + margin
          const q0 = values[center]
          if (!(q0 > 0)) continue
          if (fitWindowInto(fit, inverse, window, center, noiseGate, slopePerInverseDepth * q0, minSamples)) {
            out.push(fit.rms)
          }
        }
      }
      return Float64Array.from(out)
    },
    normals({ maxSlope, minSamples, noiseGate }, minViewCosine) {
      const out = new Float32Array(grid.width * grid.height * 3)
      const slopePerInverseDepth = maxSlope / fx
      for (let gy = 0, i = 0; gy < grid.height; gy++) {
        const v = gy * step
        const rayY = (v - cy) / fy
        for (let gx = 0; gx < grid.width; gx++, i += 3) {
          const u = gx * step
          const center = (v + margin) * row + u + margin
          const q0 = values[center]
          if (!(q0 > 0)) continue
          if (!fitWindowInto(fit, inverse, window, center, noiseGate, slopePerInverseDepth * q0, minSamples)) continue
          // n · (z ray) is constant on the plane, so q = n · ray / constant: read n off the coefficients.
          const nx = fit.slopeX * fx
          const ny = fit.slopeY * fy
          const nz = fit.value + fit.slopeX * (cx - u) + fit.slopeY * (cy - v)
          const length = Math.sqrt(nx * nx + ny * ny + nz * nz)
          const rayX = (u - cx) / fx
          const rayLength = Math.sqrt(rayX * rayX + rayY * rayY + 1)
          if (!(fit.value > minViewCosine * length * rayLength)) continue
          out[i] = -nx / length
          out[i + 1] = -ny / length
          out[i + 2] = -nz / length
        }
      }
      return out
    },
  }
}
