/** Points with unit normals and, when known, two chromaticity coordinates; flat arrays of one length. */
export interface OrientedPoints {
  /** [n, 3] mm */
  readonly positions: Float32Array
  /** [n, 3] unit */
  readonly normals: Float32Array
  /** [n, 2] r and g of r+g+b+30; null when the source has no colour */
  readonly chroma: Float32Array | null
}

export function pointCountOf(points: OrientedPoints): number {
  return points.positions.length / 3
}
