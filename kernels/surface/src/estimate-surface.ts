import { decimateCamera, type DepthImage, type PinholeCamera } from '@sextant/geometry'
import type { Surface } from './surface.ts'
import { createFitWindow, fitWindowInto, padInverseDepth, type FitWindow, type InverseDepth } from './window-fit.ts'

export interface SurfaceOptions {
  /** image pixels per grid pixel; 0 = chosen so that the grid has about 320 x 240 to 430 x 240 pixels */
  readonly step: number
  /** window radius at fx 570, px; scales with fx */
  readonly windowRadius: number
  /** least samples of a fit, of 36 */
  readonly minSamples: number
  /** gate of both passes in standard deviations */
  readonly gateSigma: number
  /** steepest surface of the first pass: depth change over lateral distance */
  readonly maxSlope: number
  /** normals seen flatter than this cosine are unknown */
  readonly minViewCosine: number
  /** allowed range of the measured inverse-depth noise, 1/mm */
  readonly noiseRange: readonly [number, number]
}

export const SURFACE_DEFAULTS: SurfaceOptions = {
  step: 0,
  windowRadius: 5,
  minSamples: 8,
  gateSigma: 3,
  maxSlope: 1.5,
  minViewCosine: 0.12,
  noiseRange: [2e-7, 6e-6],
}

const REFERENCE_FX = 570
const GRID_PIXELS = 120_000
/** The window's residual underestimates neighbouring, correlated noise; factor from measured sensors. */
const NOISE_FROM_RMS = 1.2
/** Noise is measured on every 8th pixel of both axes. */
const NOISE_STRIDE = 8
const MIN_NOISE_FITS = 16

/**
 * Measures the surface of a depth image: decimated depth, normals and the frame's own noise.
 *
 * @param depth   mm, camera z; 0, negative and not finite = missing
 * @param camera  intrinsics of the depth image
 * @returns fresh buffers; without any measurement all depths are 0 and the noise is the upper bound
 * @throws {RangeError} depth and camera differ in size, or the camera is not valid
 * @cost   O(36 · grid pixels) per pass; 640x480 about 25 ms
 */
export function estimateSurface(
  depth: DepthImage,
  camera: PinholeCamera,
  options: Partial<SurfaceOptions> = {},
): Surface {
  const settings = { ...SURFACE_DEFAULTS, ...options }
  const { width, height } = depth
  if (camera.width !== width || camera.height !== height || depth.data.length !== width * height) {
    throw new RangeError(`camera is ${camera.width}x${camera.height}, depth ${width}x${height}`)
  }
  if (!(camera.fx > 0) || !(camera.fy > 0)) throw new RangeError(`focal length ${camera.fx}, ${camera.fy}`)
  const step = settings.step > 0 ? settings.step : chooseStep(width, height)
  const radius = Math.max(2, Math.round((settings.windowRadius * camera.fx) / REFERENCE_FX))
  const inverse = padInverseDepth(depth.data, width, height, radius)
  const window = createFitWindow(radius, inverse.stride)
  const inverseDepthNoise = measureNoise(inverse, window, camera, settings)
  const grid = decimateCamera(camera, step)
  const depths = decimate(inverse, depth, step, grid)
  const normals = fitNormals(inverse, window, camera, grid, step, inverseDepthNoise, settings)
  return { width: grid.width, height: grid.height, step, camera: grid, depths, normals, inverseDepthNoise }
}

/** Standard deviation of depth, mm, at depth `z`, mm. */
export function depthSigma(surface: Surface, z: number): number {
  return surface.inverseDepthNoise * z * z
}

function chooseStep(width: number, height: number): number {
  return Math.max(1, Math.round(Math.sqrt((width * height) / GRID_PIXELS)))
}

function decimate(inverse: InverseDepth, depth: DepthImage, step: number, grid: PinholeCamera): Float32Array {
  const out = new Float32Array(grid.width * grid.height)
  for (let y = 0, i = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++, i++) {
      const q = inverse.values[(y * step + inverse.margin) * inverse.stride + x * step + inverse.margin]
      if (q > 0) out[i] = depth.data[y * step * depth.width + x * step]
    }
  }
  return out
}

/** Two rounds: the gates of the second use the noise of the first. */
function measureNoise(
  inverse: InverseDepth,
  window: FitWindow,
  camera: PinholeCamera,
  settings: SurfaceOptions,
): number {
  const [lowest, highest] = settings.noiseRange
  const { values, stride, margin } = inverse
  const fit = { slopeX: 0, slopeY: 0, value: 0, rms: 0 }
  let noise = highest
  for (let round = 0; round < 2; round++) {
    const residuals: number[] = []
    for (let y = NOISE_STRIDE / 2; y < camera.height; y += NOISE_STRIDE) {
      for (let x = NOISE_STRIDE / 2; x < camera.width; x += NOISE_STRIDE) {
        const center = (y + margin) * stride + x + margin
        const q0 = values[center]
        if (!(q0 > 0)) continue
        const slopeGate = (settings.maxSlope * q0) / camera.fx
        const gate = settings.gateSigma * noise
        // Half of the window at least: residuals of small remainders say little.
        if (fitWindowInto(fit, inverse, window, center, gate, slopeGate, window.count / 2)) {
          residuals.push(fit.rms)
        }
      }
    }
    if (residuals.length < MIN_NOISE_FITS) return noise
    residuals.sort((a, b) => a - b)
    noise = Math.min(highest, Math.max(lowest, NOISE_FROM_RMS * residuals[residuals.length >> 1]))
  }
  return noise
}

function fitNormals(
  inverse: InverseDepth,
  window: FitWindow,
  camera: PinholeCamera,
  grid: PinholeCamera,
  step: number,
  noise: number,
  settings: SurfaceOptions,
): Float32Array {
  const { fx, fy, cx, cy } = camera
  const { values, stride, margin } = inverse
  const { minSamples, minViewCosine } = settings
  const normals = new Float32Array(grid.width * grid.height * 3)
  const fit = { slopeX: 0, slopeY: 0, value: 0, rms: 0 }
  const gate = settings.gateSigma * noise
  const slopePerInverseDepth = settings.maxSlope / fx
  for (let gy = 0, i = 0; gy < grid.height; gy++) {
    const v = gy * step
    const rayY = (v - cy) / fy
    for (let gx = 0; gx < grid.width; gx++, i += 3) {
      const u = gx * step
      const center = (v + margin) * stride + u + margin
      const q0 = values[center]
      if (!(q0 > 0)) continue
      if (!fitWindowInto(fit, inverse, window, center, gate, slopePerInverseDepth * q0, minSamples)) continue
      // n · (z ray) is constant on the plane, so q = n · ray / constant: read n off the coefficients.
      const nx = fit.slopeX * fx
      const ny = fit.slopeY * fy
      const nz = fit.value + fit.slopeX * (cx - u) + fit.slopeY * (cy - v)
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz)
      const rayX = (u - cx) / fx
      const rayLength = Math.sqrt(rayX * rayX + rayY * rayY + 1)
      if (!(fit.value > minViewCosine * length * rayLength)) continue
      normals[i] = -nx / length
      normals[i + 1] = -ny / length
      normals[i + 2] = -nz / length
    }
  }
  return normals
}
