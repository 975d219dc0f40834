import { PlatformError } from '@sextant/contracts'
import { MILLIMETERS_PER_METER, createTransform, transformFrom, type Transform } from '@sextant/geometry'
import type { RgbdCalibration } from './align-depth.ts'
import { asFields, findIntrinsics, numbersOf, type Fields } from './camera-params.ts'
import { scaleCamera, type LensCamera } from './lens.ts'

interface Size {
  readonly width: number
  readonly height: number
}

/** A camera server's calibration, understood. */
export interface ParsedCalibration extends RgbdCalibration {
  /** as the calibration states it, else undefined; see normalizeDepthScale */
  readonly depthScale: unknown
  /** how the depth camera stands to the colour camera, and where that was read */
  readonly extrinsics: 'column_major' | 'row_major' | 'matrix' | 'none'
  readonly warnings: readonly string[]
}

export interface CalibrationOptions {
  readonly color: Size
  readonly depth: Size
  /** how 9 flat numbers of a rotation are ordered; librealsense sends columns */
  readonly rotationOrder: 'column_major' | 'row_major'
}

const COLOR_KEYS = ['color_intrinsics', 'color', 'rgb', 'color_camera_matrix']
const DEPTH_KEYS = ['depth_intrinsics', 'depth', 'depth_camera_matrix']
const EXTRINSICS_KEYS = [
  'depth_to_color_extrinsics',
  'T_depth_to_color',
  'T_dc',
  'extrinsic_depth_to_color',
  'depth_to_color',
  'DepthToColor',
  'depth2color',
]
const EXTRINSICS_PARENTS = ['extrinsics', 'calibration', 'transforms']
const DEPTH_SCALE_KEYS = ['depth_scale', 'depthScale', 'depth_unit', 'depthUnit', 'depth_scale_mm']
/** No two cameras of one device stand farther apart than this; longer baselines were given in mm. */
const LONGEST_BASELINE_M = 1

/**
 * Reads every calibration variant of the contract: intrinsics of colour and depth, distortion, the transform between
 * them (9 + 3 numbers, 3x3 + 3, or 4x4), and the depth scale.
 *
 * @throws {PlatformError} camera.intrinsics_missing, camera.intrinsics_invalid
 */
export function parseRgbdCalibration(document: unknown, options: CalibrationOptions): ParsedCalibration {
  const fields = asFields(document)
  if (fields === null)
    throw new PlatformError('camera.intrinsics_missing', { detail: 'the calibration is not an object' })
  const warnings: string[] = []
  const color = lensUnder(fields, COLOR_KEYS, options.color) ?? lensOf(fields, options.color, 'calibration')
  const depth = lensUnder(fields, DEPTH_KEYS, options.depth) ?? lensOf(fields, options.depth, 'calibration')
  if (color === null || depth === null) {
    throw new PlatformError('camera.intrinsics_missing', {
      detail: 'the calibration holds neither color_intrinsics and depth_intrinsics nor one camera matrix for both',
    })
  }
  const found = findExtrinsics(fields, options.rotationOrder)
  if (found === null) warnings.push('the calibration names no depth-to-colour transform; taken as the identity')
  return {
    color,
    depth,
    cameraFromDepth: found?.transform ?? createTransform(),
    extrinsics: found?.form ?? 'none',
    depthScale: DEPTH_SCALE_KEYS.map((key) => scaleOf(fields[key])).find((value) => value !== undefined),
    warnings,
  }
}

/** Unit names to mm per count; numbers as they are. */
export function scaleOf(value: unknown): unknown {
  if (typeof value !== 'string') return value === null ? undefined : value
  const unit = value.trim().toLowerCase()
  if (['mm', 'millimeter', 'millimetre', 'millimeters', 'millimetres'].includes(unit)) return 1
  if (['m', 'meter', 'metre', 'meters', 'metres'].includes(unit)) return MILLIMETERS_PER_METER
  return Number.isFinite(Number(unit)) ? Number(unit) : undefined
}

/** Size of a stream as the calibration states it; null when it does not. */
export function streamSizeOf(document: unknown, stream: 'color' | 'depth'): Size | null {
  const fields = asFields(document)
  if (fields === null) return null
  const nested = (stream === 'color' ? COLOR_KEYS : DEPTH_KEYS).map((key) => asFields(fields[key]))
  const config = asFields(fields.active_stream_config)
  const prefixes = [stream, 'image', '', 'img']
  for (const candidate of [...nested, config, fields]) {
    if (candidate === null) continue
    for (const prefix of prefixes) {
      const width = candidate[prefix === '' ? 'width' : `${prefix}_width`]
      const height = candidate[prefix === '' ? 'height' : `${prefix}_height`]
      if (isCount(width) && isCount(height)) return { width, height }
    }
  }
  return null
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0

function lensUnder(fields: Fields, keys: readonly string[], size: Size): LensCamera | null {
  for (const key of keys) {
    const lens = lensOf(asFields(fields[key]) ?? { K: fields[key] }, size, key)
    if (lens !== null) return lens
  }
  return null
}

function lensOf(fields: Fields, size: Size, name: string): LensCamera | null {
  const found = findIntrinsics(fields)
  if (found === null) return null
  const width = isCount(fields.width) ? fields.width : size.width
  const height = isCount(fields.height) ? fields.height : size.height
  if (Math.abs(width * size.height - height * size.width) > 0.01 * width * size.height) {
    throw new PlatformError('camera.intrinsics_invalid', {
      detail: `${name} is calibrated for ${width} x ${height}, the stream is ${size.width} x ${size.height}`,
    })
  }
  const values = numbersOf(fields.coeffs ?? fields.dist ?? fields.distortion) ?? []
  const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0] = values
  return {
    camera: scaleCamera({ ...found, width, height }, size.width, size.height),
    distortion: [k1, k2, p1, p2, k3],
  }
}

type Found = { readonly transform: Transform<'camera', 'depth'>; readonly form: ParsedCalibration['extrinsics'] }

function findExtrinsics(fields: Fields, order: CalibrationOptions['rotationOrder']): Found | null {
  const places = [fields, ...EXTRINSICS_PARENTS.map((key) => asFields(fields[key]))]
  for (const place of places) {
    for (const key of EXTRINSICS_KEYS) {
      if (place?.[key] !== undefined) return readExtrinsics(place[key], key, order)
    }
  }
  return null
}

function readExtrinsics(value: unknown, key: string, order: CalibrationOptions['rotationOrder']): Found {
  const fields = asFields(value)
  const matrix = numbersOf(fields?.matrix ?? value)
  if (matrix?.length === 16) {
    const rows = [0, 4, 8].flatMap((start) => matrix.slice(start, start + 3))
    return { transform: rigid(rows, [matrix[3], matrix[7], matrix[11]], key), form: 'matrix' }
  }
  const given = fields?.rotation ?? fields?.R ?? fields?.rot
  const rotation = numbersOf(given)
  const translation = numbersOf(fields?.translation ?? fields?.t)
  if (rotation?.length !== 9 || translation?.length !== 3) {
    throw new PlatformError('camera.intrinsics_invalid', {
      detail: `${key} needs 16 numbers, or rotation (9) and translation (3)`,
    })
  }
  // Nested rows say themselves what a row is.
  const form = Array.isArray(given) && Array.isArray(given[0]) ? 'row_major' : order
  const rows = form === 'row_major' ? rotation : [0, 1, 2].flatMap((r) => [0, 3, 6].map((c) => rotation[r + c]))
  return { transform: rigid(rows, translation, key), form }
}

/** @throws {PlatformError} camera.intrinsics_invalid when the rotation is none */
function rigid(rows: readonly number[], translation: readonly number[], key: string): Transform<'camera', 'depth'> {
  for (let a = 0; a < 3; a++) {
    for (let b = a; b < 3; b++) {
      const product = [0, 1, 2].reduce((sum, k) => sum + rows[3 * a + k] * rows[3 * b + k], 0)
      if (!(Math.abs(product - (a === b ? 1 : 0)) < 0.01)) {
        throw new PlatformError('camera.intrinsics_invalid', { detail: `the rotation in ${key} is not a rotation` })
      }
    }
  }
  const length = Math.hypot(...translation)
  const unit = length > LONGEST_BASELINE_M ? 1 : MILLIMETERS_PER_METER
  return transformFrom(
    rows,
    translation.map((value) => value * unit),
  )
}
