import type { PinholeCamera } from '@sextant/geometry'

/**
 * The measured surface on a decimated pixel grid: depth, normals and the sensor's noise.
 * Grid pixel (x, y) is image pixel (x · step, y · step); `camera` is already the grid's camera.
 */
export interface Surface {
  /** grid size, px */
  readonly width: number
  readonly height: number
  /** image pixels per grid pixel */
  readonly step: number
  /** intrinsics of the grid */
  readonly camera: PinholeCamera
  /** [height, width] mm, camera z; 0 = missing */
  readonly depths: Float32Array
  /** [height, width, 3] unit, camera, pointing to the camera; zeros where unknown */
  readonly normals: Float32Array
  /** standard deviation of inverse depth, 1/mm: sigma_z(z) = inverseDepthNoise · z² */
  readonly inverseDepthNoise: number
}
