/** Points with unit normals and, when known, two chromaticity coordinates; flat arrays of one length. */
export interface OrientedPoints {
  /** [n, 3] mm */
  readonly positions: Float32Array
  /** [n, 3] unit */
  readonly normals: Float32Array
  /** [n, 2] r and g of r+g+b+30; null when the source has no colour */
  readonly chroma: Float32Array | null
}

/**
 * The frame as the racing check sees it: one depth and normal per grid pixel.
 * `weights` is 255 inside the searched region and less outside; an inlier counts by it.
 */
export interface LookupGrid {
  readonly width: number
  readonly height: number
  readonly fx: number
  readonly fy: number
  readonly cx: number
  readonly cy: number
  /** [height, width] mm, camera; 0 = missing */
  readonly depths: Float32Array
  /** [height, width, 3] unit, camera; zeros where unknown */
  readonly normals: Float32Array
  /** [height, width] 0..255, or null when every pixel counts fully */
  readonly weights: Uint8Array | null
}

export function pointCountOf(points: OrientedPoints): number {
  return points.positions.length / 3
}
