/**
 * Pinhole intrinsics in pixels. The centre of the top-left pixel is (0, 0); +x right, +y down, +z forward.
 * `u = fx · x/z + cx`, `v = fy · y/z + cy`.
 */
export interface PinholeCamera {
  readonly fx: number
  readonly fy: number
  readonly cx: number
  readonly cy: number
  readonly width: number
  readonly height: number
}

/** The camera of the image reduced by `factor` (integer), taking pixels 0, factor, 2·factor, ... */
export function decimateCamera(camera: PinholeCamera, factor: number): PinholeCamera {
  return {
    fx: camera.fx / factor,
    fy: camera.fy / factor,
    cx: camera.cx / factor,
    cy: camera.cy / factor,
    width: Math.ceil(camera.width / factor),
    height: Math.ceil(camera.height / factor),
  }
}
