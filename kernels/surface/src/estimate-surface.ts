import { decimateCamera, type DepthImage, type PinholeCamera } from '@sextant/geometry'
import type { Surface } from './surface.ts'
import { openWindows, type FittedWindows } from './fitted-windows.ts'
import { openSimdWindows } from './simd-windows.ts'
import { createFitWindow, padInverseDepth, type InverseDepth } from './window-fit.ts'

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
  /** two that give the same bits; `simd` is the quicker */
  readonly kernel: keyof typeof KERNELS
}

const KERNELS = { simd: openSimdWindows, typescript: openWindows }

export const SURFACE_DEFAULTS: SurfaceOptions = {
  step: 0,
  windowRadius: 5,
  minSamples: 8,
  gateSigma: 3,
  maxSlope: 1.5,
  minViewCosine: 0.12,
  noiseRange: [2e-7, 6e-6],
  kernel: 'simd',
}

const REFERENCE_FX = 570
const GRID_PIXELS = 120_000
/** The window's residual underestimates neighbouring, correlated noise; factor from measured sensors. */
const NOISE_FROM_RMS = 1.2
const MIN_NOISE_FITS = 16

/**
 * Measures the surface of a depth image: decimated depth, normals and the frame's own noise.
 *
 * @param depth   mm, camera z; 0, negative and not finite = missing
 * @param camera  intrinsics of the depth image
 * @returns fresh buffers; without any measurement all depths are 0 and the noise is the upper bound
 * @throws {RangeError} depth and camera differ in size, or the camera is not valid
 * @cost   O(36 · grid pixels) per pass; 640x480 about 13 ms
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
  const grid = decimateCamera(camera, step)
  const windows = KERNELS[settings.kernel]({ inverse, window, camera, grid, step })
  const inverseDepthNoise = measureNoise(windows, window.count, settings)
  const depths = decimate(inverse, depth, step, grid)
  const { gateSigma, maxSlope, minSamples, minViewCosine } = settings
  const gates = { noiseGate: gateSigma * inverseDepthNoise, maxSlope, minSamples }
  const normals = windows.normals(gates, minViewCosine)
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
  windows: FittedWindows,
  windowCount: number,
  { gateSigma, maxSlope, noiseRange: [lowest, highest] }: SurfaceOptions,
): number {
  let noise = highest
  for (let round = 0; round < 2; round++) {
    // Half of the window at least: residuals of small remainders say little.
    const gates = { noiseGate: gateSigma * noise, maxSlope, minSamples: windowCount / 2 }
    const residuals = windows.residuals(gates)
    if (residuals.length < MIN_NOISE_FITS) return noise
    residuals.sort()
    noise = Math.min(highest, Math.max(lowest, NOISE_FROM_RMS * residuals[residuals.length >> 1]))
  }
  return noise
}
