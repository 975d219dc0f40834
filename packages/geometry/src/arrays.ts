import type { PinholeCamera } from './camera.ts'

/** 8-bit sRGB image. */
export interface ColorImage {
  readonly width: number
  readonly height: number
  /** [height, width, 3] RGB */
  readonly data: Uint8Array
}

/** Depth along the optical axis (z), not along the ray. */
export interface DepthImage {
  readonly width: number
  readonly height: number
  /** [height, width] mm; 0 = missing */
  readonly data: Float32Array
}

/** Binary image. */
export interface Mask {
  readonly width: number
  readonly height: number
  /** [height, width] 0 or 1 */
  readonly data: Uint8Array
}

/** One RGB-D image: colour and depth registered to each other, taken by one camera. */
export interface Frame {
  readonly color: ColorImage
  readonly depth: DepthImage
  readonly camera: PinholeCamera
}

/** Triangles with shared vertices. */
export interface TriangleMesh {
  /** [vertexCount, 3] mm, object */
  readonly positions: Float32Array
  /** [faceCount, 3] vertex indices */
  readonly faces: Uint32Array
  /** [vertexCount, 3] unit, object; area-weighted when computed */
  readonly normals?: Float32Array
  /** [vertexCount, 3] sRGB */
  readonly colors?: Uint8Array
}

/** Oriented points. */
export interface PointCloud {
  /** [n, 3] mm */
  readonly positions: Float32Array
  /** [n, 3] unit */
  readonly normals: Float32Array
  /** [n, 3] sRGB */
  readonly colors?: Uint8Array
}
