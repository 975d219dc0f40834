/** The measured surface as racing and refinement look it up: one depth and normal per grid pixel. */
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
  /** [height, width] 0..255, 255 inside the searched region and less outside; null: every pixel counts fully */
  readonly weights: Uint8Array | null
}
