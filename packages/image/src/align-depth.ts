import type { DepthImage, Transform } from '@sextant/geometry'
import { hasDistortion, undistortInto, type LensCamera } from './lens.ts'

/** A colour and a depth camera on one body. */
export interface RgbdCalibration {
  readonly color: LensCamera
  readonly depth: LensCamera
  /** `p_camera = cameraFromDepth · p_depth`, mm */
  readonly cameraFromDepth: Transform<'camera', 'depth'>
}

export interface AlignOptions {
  /** true: pixels of the colour image as taken; false: of the colour image without its lens's distortion */
  readonly isDistorted: boolean
}

/** Widens a footprint so that neighbours meet where the distortion stretches the image; px. */
const FOOTPRINT_MARGIN = 0.02

/**
 * Depth as the colour camera would have measured it: every depth pixel is moved to the colour camera, projected, and
 * painted over its footprint; the nearest wins.
 *
 * @param depth  mm, in the depth camera
 * @returns [color height, color width] mm along the colour camera's axis; 0 = missing
 * @throws {RangeError} depth has another size than its camera
 * @cost   one projection a pixel: about 15 ms for 1280 x 720
 */
export function alignDepth(depth: DepthImage, calibration: RgbdCalibration, options: AlignOptions): DepthImage {
  const { color, depth: source, cameraFromDepth: T } = calibration
  const { width, height, fx, fy, cx, cy } = color.camera
  if (depth.width !== source.camera.width || depth.height !== source.camera.height) {
    throw new RangeError(`depth is ${depth.width} x ${depth.height}, its camera ${source.camera.width} wide`)
  }
  const out = new Float32Array(width * height)
  const bent = hasDistortion(source) ? bentRays(source) : null
  const columns = Float64Array.from({ length: depth.width }, (_, u) => (u - source.camera.cx) / source.camera.fx)
  const halfWidth = fx / source.camera.fx / 2
  const halfHeight = fy / source.camera.fy / 2
  const [k1, k2, p1, p2, k3] = options.isDistorted ? color.distortion : [0, 0, 0, 0, 0]
  const [r00, r01, r02, tx, r10, r11, r12, ty, r20, r21, r22, tz] = T
  const { data } = depth
  for (let row = 0, i = 0; row < depth.height; row++) {
    const straightY = (row - source.camera.cy) / source.camera.fy
    for (let column = 0; column < depth.width; column++, i++) {
      const z = data[i]
      if (!(z > 0)) continue
      const rx = bent === null ? columns[column] : bent[2 * i]
      const ry = bent === null ? straightY : bent[2 * i + 1]
      const cz = z * (r20 * rx + r21 * ry + r22) + tz
      if (!(cz > 0)) continue
      const scale = 1 / cz
      const x = (z * (r00 * rx + r01 * ry + r02) + tx) * scale
      const y = (z * (r10 * rx + r11 * ry + r12) + ty) * scale
      const r2 = x * x + y * y
      const radial = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
      const u = fx * (x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)) + cx
      const v = fy * (y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y) + cy
      const nearness = z * scale
      const reachU = halfWidth * nearness + FOOTPRINT_MARGIN
      const reachV = halfHeight * nearness + FOOTPRINT_MARGIN
      if (!(u > -reachU && v > -reachV && u < width - 1 + reachU && v < height - 1 + reachV)) continue
      // Truncation of the shifted, positive value is floor, several times faster than Math.floor with clamps.
      const u0 = Math.max(0, (u - reachU + 1) | 0)
      const u1 = Math.min(width - 1, (u + reachU) | 0)
      const v0 = Math.max(0, (v - reachV + 1) | 0)
      const v1 = Math.min(height - 1, (v + reachV) | 0)
      for (let line = v0; line <= v1; line++) {
        const last = line * width + u1
        for (let o = line * width + u0; o <= last; o++) {
          const before = out[o]
          if (before === 0 || cz < before) out[o] = cz
        }
      }
    }
  }
  return { width, height, data: out }
}

/** [height, width, 2] x/z and y/z of every depth pixel of a camera with distortion. */
function bentRays(source: LensCamera): Float64Array {
  const { width, height, fx, fy, cx, cy } = source.camera
  const rays = new Float64Array(2 * width * height)
  const point = new Float64Array(2)
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i += 2) {
      undistortInto(point, (u - cx) / fx, (v - cy) / fy, source.distortion)
      rays[i] = point[0]
      rays[i + 1] = point[1]
    }
  }
  return rays
}
