import { PlatformError } from '@sextant/contracts'
import type { PinholeCamera } from '@sextant/geometry'

/** A client's free-form cam_params, understood. */
export interface CameraParams {
  readonly camera: PinholeCamera
  /** as received; see normalizeDepthScale */
  readonly depthScale: unknown
  /** k1, k2, p1, p2, k3 or null */
  readonly distortion: readonly number[] | null
  readonly warnings: readonly string[]
}

export type Fields = Readonly<Record<string, unknown>>

const MATRIX_KEYS = [
  'cam_K',
  'K',
  'camK',
  'CamK',
  'camera_matrix',
  'intrinsic_matrix',
  'intrinsic',
  'color_camera_matrix',
]
const NESTED_KEYS = ['intrinsics', 'color_intrinsics', 'intrinsic', 'camera', 'color', 'rgb']

/**
 * Reads intrinsics in every variant of the contract: a 3x3 matrix (nested, flat, or under `data`) by several names,
 * or fx, fy, cx|ppx, cy|ppy at the top or nested.
 *
 * @param image  size of the colour image
 * @throws {PlatformError} camera.intrinsics_missing, camera.intrinsics_invalid
 */
export function parseCameraParams(
  params: unknown,
  image: { readonly width: number; readonly height: number },
): CameraParams {
  const fields = asFields(params)
  if (fields === null) {
    throw new PlatformError('camera.intrinsics_missing', { detail: 'cam_params must be an object with cam_K' })
  }
  const found = findIntrinsics(fields)
  if (found === null) {
    throw new PlatformError('camera.intrinsics_missing', {
      detail: 'cam_params holds neither cam_K (9 numbers, row-major) nor fx, fy, cx, cy',
    })
  }
  const camera: PinholeCamera = { ...found, width: image.width, height: image.height }
  assertPlausible(camera)
  const warnings: string[] = []
  for (const [w, h] of [
    ['width', 'height'],
    ['depth_image_width', 'depth_image_height'],
  ] as const) {
    const width = Number(fields[w] ?? image.width)
    const height = Number(fields[h] ?? image.height)
    if (width !== image.width || height !== image.height) {
      warnings.push(`cam_params says ${w} x ${h} = ${width} x ${height}, the image is ${image.width} x ${image.height}`)
    }
  }
  const distortion = numbersOf(fields.dist ?? fields.coeffs ?? fields.distortion)
  const nested = asFields(fields.intrinsics)
  return {
    camera,
    depthScale: fields.depth_scale ?? fields.depthScale ?? nested?.depth_scale,
    distortion: distortion !== null && distortion.length >= 4 ? distortion : null,
    warnings,
  }
}

/** The value as a record; null when it is none. */
export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
}

/** A flat or nested list of numbers, flattened; null when it is anything else. */
export function numbersOf(value: unknown): number[] | null {
  const list: unknown = asFields(value)?.data ?? value
  if (!Array.isArray(list)) return null
  const flat = (list as unknown[]).flat()
  return flat.every((item) => typeof item === 'number') ? flat : null
}

type Intrinsics = Pick<PinholeCamera, 'fx' | 'fy' | 'cx' | 'cy'>

/** fx, fy, cx, cy wherever they are; null when they are not. @throws {PlatformError} camera.intrinsics_invalid */
export function findIntrinsics(fields: Fields): Intrinsics | null {
  return findMatrix(fields) ?? findPinhole(fields)
}

function findMatrix(fields: Fields): Intrinsics | null {
  for (const key of MATRIX_KEYS) {
    const matrix = numbersOf(fields[key])
    if (matrix === null) continue
    if (matrix.length !== 9) {
      throw new PlatformError('camera.intrinsics_invalid', {
        detail: `${key} has ${matrix.length} numbers, expected 9 (3x3, row-major)`,
      })
    }
    return { fx: matrix[0], fy: matrix[4], cx: matrix[2], cy: matrix[5] }
  }
  return null
}

function findPinhole(fields: Fields): Intrinsics | null {
  const cx = fields.cx ?? fields.ppx
  const cy = fields.cy ?? fields.ppy
  if ([fields.fx, fields.fy, cx, cy].every((value) => typeof value === 'number')) {
    return { fx: Number(fields.fx), fy: Number(fields.fy), cx: Number(cx), cy: Number(cy) }
  }
  for (const key of NESTED_KEYS) {
    const nested = asFields(fields[key])
    const found = nested === null ? null : findIntrinsics(nested)
    if (found !== null) return found
  }
  return null
}

/** @throws {PlatformError} camera.intrinsics_invalid */
export function assertPlausible({ fx, fy, cx, cy, width, height }: PinholeCamera): void {
  const refuse = (detail: string): never => {
    throw new PlatformError('camera.intrinsics_invalid', { detail })
  }
  if (![fx, fy, cx, cy].every(Number.isFinite)) refuse(`fx ${fx}, fy ${fy}, cx ${cx}, cy ${cy} must be finite`)
  if (fx <= 0 || fy <= 0) refuse(`focal lengths must be positive, got fx ${fx}, fy ${fy}`)
  if (fx < 0.1 * width || fx > 50 * width) refuse(`fx ${fx} px is not plausible for an image ${width} px wide`)
  if (fy / fx < 0.5 || fy / fx > 2) refuse(`fx ${fx} and fy ${fy} differ by more than a factor of two`)
  if (cx < 0 || cy < 0 || cx >= width || cy >= height) {
    refuse(
      `the principal point (${cx}, ${cy}) lies outside the ${width} x ${height} image; is cam_K of another image size?`,
    )
  }
}
