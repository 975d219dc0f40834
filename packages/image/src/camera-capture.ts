import { PlatformError } from '@sextant/contracts'
import { luminanceOf, type ColorImage, type DepthImage } from '@sextant/geometry'
import { alignDepth } from './align-depth.ts'
import { assertPlausible, asFields } from './camera-params.ts'
import type { ClientFrame } from './client-frame.ts'
import { decodeColor } from './decode-color.ts'
import type { RawDepth } from './decode-depth.ts'
import { normalizeDepthScale, toDepthImage } from './depth-scale.ts'
import { encodeColorPng } from './encode.ts'
import { hasDistortion } from './lens.ts'
import { rectifyColor } from './rectify.ts'
import { parseRgbdCalibration, streamSizeOf, type ParsedCalibration } from './rgbd-calibration.ts'

/** What a camera server sends for one moment. */
export interface CameraCapture {
  /** encoded colour image; names the size of the raw one */
  readonly colorJpeg: Uint8Array
  /** BGR8 rows without header; null: the encoded image is used */
  readonly colorRaw: Uint8Array | null
  /** little-endian uint16 rows without header, in the depth camera */
  readonly depthRaw: Uint8Array
  /** calibration and status documents as sent */
  readonly calibration: unknown
  readonly status: unknown
}

export interface CaptureOptions {
  readonly rotationOrder: 'column_major' | 'row_major'
  /** relative error of the depth camera per mm of distance: z / (1 + c z); 0 = none */
  readonly rangeCorrection: number
  /** mean brightness 0..255 below which an image without bright parts is refused */
  readonly minBrightness: number
  /** share of pixels with depth below which a frame is refused */
  readonly minDepthCoverage: number
}

export const CAPTURE_DEFAULTS: CaptureOptions = {
  rotationOrder: 'column_major',
  rangeCorrection: 0,
  minBrightness: 16,
  minDepthCoverage: 0.15,
}

/** What was found and done; told in the answer. */
export interface CaptureReport {
  readonly aligned: true
  readonly extrinsics: ParsedCalibration['extrinsics']
  /** true: colour and depth are those of a lens without distortion */
  readonly rectified: boolean
  readonly colorSource: 'raw' | 'jpeg'
  /** mean difference of the raw and the encoded colour image, 0..255; null without a raw one */
  readonly streamDifference: number | null
  readonly brightness: number
  readonly depthCoverage: number
  readonly alignedCoverage: number
  readonly rangeCorrection: number
  readonly depthSize: readonly [number, number]
}

export interface CaptureFrame extends ClientFrame {
  readonly report: CaptureReport
}

/** An image whose 95th percentile is brighter than this many means is not dark, it has a bright part. */
const BRIGHT_PART = 3

/**
 * One consistent frame out of a camera server's streams: sizes and units decided, depth moved to the colour camera,
 * both without lens distortion, so that every pixel is a straight ray.
 *
 * @throws {PlatformError} camera.*, image.*, depth.*
 */
export async function readCameraCapture(
  capture: CameraCapture,
  options: CaptureOptions = CAPTURE_DEFAULTS,
): Promise<CaptureFrame> {
  const preview = await decodeColor(capture.colorJpeg, 'color_jpeg')
  const color = capture.colorRaw === null ? preview : readBgr(capture.colorRaw, preview)
  const brightness = assertBright(color, options.minBrightness)
  const raw = readDepthRaw(capture, color)
  const calibration = parseRgbdCalibration(capture.calibration, { ...options, color, depth: raw })
  assertPlausible(calibration.color.camera)
  assertPlausible(calibration.depth.camera)
  const statusScale = asFields(capture.status)?.depth_scale
  const depthScale = normalizeDepthScale(calibration.depthScale ?? statusScale, false)
  const depth = correctRange(toDepthImage(raw, depthScale.millimetersPerCount), options.rangeCorrection)
  const depthCoverage = coverageOf(depth)
  if (depthCoverage < options.minDepthCoverage) {
    throw new PlatformError('camera.depth_coverage', {
      detail: `only ${percent(depthCoverage)} of the depth pixels hold a measurement; at least ${percent(options.minDepthCoverage)} are needed`,
    })
  }
  const aligned = alignDepth(depth, calibration, { isDistorted: false })
  const alignedCoverage = coverageOf(aligned)
  if (alignedCoverage < options.minDepthCoverage / 2) {
    throw new PlatformError('camera.depth_coverage', {
      detail: `after alignment only ${percent(alignedCoverage)} of the colour image has depth; does the calibration belong to this camera?`,
    })
  }
  const isBent = hasDistortion(calibration.color)
  const straight = isBent ? rectifyColor(color, calibration.color) : color
  const { camera } = calibration.color
  const encoded = await encodeColorPng(straight, { compressionLevel: 1 })
  return {
    bytes: { color: encoded, depth: bytesOf(aligned.data), camera, millimetersPerCount: 1 },
    frame: { color: straight, depth: aligned, camera },
    depthScale,
    warnings: calibration.warnings,
    report: {
      aligned: true,
      extrinsics: calibration.extrinsics,
      rectified: isBent,
      colorSource: capture.colorRaw === null ? 'jpeg' : 'raw',
      streamDifference: capture.colorRaw === null ? null : differenceOf(color, preview),
      brightness,
      depthCoverage,
      alignedCoverage,
      rangeCorrection: options.rangeCorrection,
      depthSize: [raw.width, raw.height],
    },
  }
}

const percent = (share: number): string => `${Math.round(100 * share)} %`

/** Trailing bytes are tolerated, missing ones are not. */
function assertLength(bytes: Uint8Array, expected: number, stream: string): void {
  if (bytes.length >= expected) return
  throw new PlatformError('camera.bad_response', { detail: `${stream} size ${bytes.length} < expected ${expected}` })
}

function readBgr(bytes: Uint8Array, { width, height }: ColorImage): ColorImage {
  assertLength(bytes, 3 * width * height, 'color_raw')
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < data.length; i += 3) {
    data[i] = bytes[i + 2]
    data[i + 1] = bytes[i + 1]
    data[i + 2] = bytes[i]
  }
  return { width, height, data }
}

/** The stated size that fits the bytes exactly, else the first that fits at all. */
function readDepthRaw({ depthRaw, calibration, status }: CameraCapture, color: ColorImage): RawDepth {
  const sizes = [streamSizeOf(calibration, 'depth'), streamSizeOf(status, 'depth'), color].filter(
    (size) => size !== null,
  )
  const fits = sizes.find(({ width, height }) => 2 * width * height === depthRaw.length)
  const { width, height } = fits ?? sizes[0]
  assertLength(depthRaw, 2 * width * height, 'depth_raw')
  const copy = depthRaw.slice(0, 2 * width * height)
  return { width, height, counts: new Uint16Array(copy.buffer, copy.byteOffset, width * height) }
}

function correctRange(depth: DepthImage, perMillimeter: number): DepthImage {
  if (perMillimeter === 0) return depth
  return { ...depth, data: depth.data.map((z) => z / (1 + perMillimeter * z)) }
}

function coverageOf({ data }: DepthImage): number {
  let count = 0
  for (const z of data) if (z > 0) count++
  return count / data.length
}

/** Mean brightness. @throws {PlatformError} camera.dark */
function assertBright({ data }: ColorImage, least: number): number {
  const histogram = new Uint32Array(256)
  for (let i = 0; i < data.length; i += 3) {
    histogram[Math.round(luminanceOf(data, i))]++
  }
  const count = data.length / 3
  const mean = histogram.reduce((sum, n, level) => sum + n * level, 0) / count
  let above = 0
  let bright = 255
  while (bright > 0 && (above += histogram[bright]) < 0.05 * count) bright--
  if (mean < least && bright < BRIGHT_PART * least) {
    throw new PlatformError('camera.dark', {
      detail: `the colour image is dark: mean brightness ${mean.toFixed(1)} of 255, at least ${least} is needed. Is the light on and the lens free?`,
    })
  }
  return mean
}

function differenceOf(a: ColorImage, b: ColorImage): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < a.data.length; i += 37) {
    sum += Math.abs(a.data[i] - b.data[i])
    count++
  }
  return sum / count
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
