import { PlatformError } from '@sextant/contracts'
import { MILLIMETERS_PER_METER, type DepthImage } from '@sextant/geometry'
import type { RawDepth } from './decode-depth.ts'

/** How a client's depth_scale was understood; reported in the answer. */
export interface DepthScale {
  readonly millimetersPerCount: number
  readonly rule: 'default' | 'meters_per_count' | 'millimeters_per_count' | 'counts_per_meter' | 'literal_meters'
}

const METERS_PER_COUNT_BELOW = 0.01
const MILLIMETERS_UP_TO = 10
const COUNTS_PER_METER_FROM = 100

/**
 * Decides what a depth_scale number means. The drop-in contract says millimetres per count; clients in the field
 * also send metres per count (RealSense) and counts per metre.
 *
 * @param isFloat  the depth values are floating point, so a scale of 100 and more multiplies metres
 * @throws {PlatformError} depth.scale_unclear
 */
export function normalizeDepthScale(scale: unknown, isFloat: boolean): DepthScale {
  const value = scale === undefined || scale === null ? Number.NaN : Number(scale)
  if (Number.isNaN(value) || value === 0) return { millimetersPerCount: 1, rule: 'default' }
  if (value > 0 && value < METERS_PER_COUNT_BELOW) {
    return { millimetersPerCount: value * MILLIMETERS_PER_METER, rule: 'meters_per_count' }
  }
  if (value >= METERS_PER_COUNT_BELOW && value <= MILLIMETERS_UP_TO) {
    return { millimetersPerCount: value, rule: 'millimeters_per_count' }
  }
  if (value >= COUNTS_PER_METER_FROM && Number.isFinite(value)) {
    return isFloat
      ? { millimetersPerCount: value, rule: 'literal_meters' }
      : { millimetersPerCount: MILLIMETERS_PER_METER / value, rule: 'counts_per_meter' }
  }
  throw new PlatformError('depth.scale_unclear', {
    detail:
      `depth_scale ${value} is neither metres per count (< 0.01), millimetres per count (0.01..10) nor counts per ` +
      'metre (>= 100). For a PNG in millimetres send 1.0.',
  })
}

const MIN_MEDIAN_MM = 100
const MAX_MEDIAN_MM = 20 * MILLIMETERS_PER_METER

/**
 * Depth in mm; negative and not finite values become missing.
 *
 * @throws {PlatformError} depth.empty without any measurement, depth.out_of_range when the median is not in 0.1..20 m
 */
export function toDepthImage(raw: RawDepth, millimetersPerCount: number): DepthImage {
  const { counts, width, height } = raw
  const data = new Float32Array(counts.length)
  const sample: number[] = []
  let valid = 0
  for (let i = 0; i < counts.length; i++) {
    const z = counts[i] * millimetersPerCount
    if (!(z > 0) || z === Infinity) continue
    data[i] = z
    if (valid++ % 16 === 0) sample.push(z)
  }
  if (valid === 0) throw new PlatformError('depth.empty', { detail: 'depth_image holds no positive value' })
  const median = sample.sort((a, b) => a - b)[sample.length >> 1]
  if (median < MIN_MEDIAN_MM || median > MAX_MEDIAN_MM) {
    throw new PlatformError('depth.out_of_range', {
      detail:
        `the median depth is ${median.toPrecision(3)} mm with ${millimetersPerCount} mm per count; ` +
        'expected 100..20000 mm. Check depth_scale (millimetres per count).',
    })
  }
  return { width, height, data }
}
