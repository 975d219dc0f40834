import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { decodeColor, decodeDepthRaw, normalizeDepthScale, parseCameraParams } from '@sextant/image'
import type { CaptureSource, SourceFrame } from '../capture-source.ts'
import type { CameraCalibrationWire } from '../wire.ts'
import { encodeFrame } from './encode-frame.ts'

interface Pair {
  readonly color: string
  readonly depth: string
}

const IMAGE = /[.](png|jpe?g)$/i
const LARGEST_COUNT = 65_535

/**
 * A sequence of registered RGB-D images: `rgb/` and `depth/` with files of the same stems (BOP), or one `rgb.png` and
 * `depth.png`; with `camera.json` or `scene_camera.json` (cam_K, depth_scale in mm per count) beside them.
 *
 * @throws {PlatformError} camera.bad_response, camera.intrinsics_*, image.*, depth.*
 */
export async function openFolder(folder: string, fps: number): Promise<CaptureSource> {
  const pairs = await findPairs(folder)
  const [first] = pairs
  if (first === undefined) {
    throw new PlatformError('camera.bad_response', { detail: 'the folder holds no rgb and depth images' })
  }
  const color = await decodeColor(await readFile(first.color), 'rgb')
  const { camera, depthScale } = parseCameraParams(await readCamera(folder), color)
  const { millimetersPerCount } = normalizeDepthScale(depthScale, false)
  return {
    device: { name: 'folder', serial_number: '0', usb_type: '0', firmware_version: '0' },
    calibration: sharedCalibration(camera),
    fps,
    frameAt: (index) => readPair(pairs[index % pairs.length] ?? first, millimetersPerCount),
    close: () => Promise.resolve(),
  }
}

async function readPair(pair: Pair, millimetersPerCount: number): Promise<SourceFrame> {
  const color = await decodeColor(await readFile(pair.color), 'rgb')
  const { width, height, counts } = await decodeDepthRaw(await readFile(pair.depth), color, 'depth')
  if (width !== color.width || height !== color.height) {
    throw new PlatformError('image.size_mismatch', { detail: 'rgb and depth of the sequence differ in size' })
  }
  const millimeters = Uint16Array.from(counts, (count) => {
    const z = Math.round(count * millimetersPerCount)
    return z > 0 && z <= LARGEST_COUNT ? z : 0
  })
  return { ...(await encodeFrame(color, { width, height, counts: millimeters })), truth: null }
}

async function findPairs(folder: string): Promise<Pair[]> {
  const list = async (name: string): Promise<string[]> =>
    (await readdir(join(folder, name)).catch((): string[] => [])).sort()
  const depths = new Map((await list('depth')).map((file) => [file.replace(IMAGE, ''), file]))
  const pairs = (await list('rgb')).flatMap((file) => {
    const depth = depths.get(file.replace(IMAGE, ''))
    if (!IMAGE.test(file) || depth === undefined) return []
    return [{ color: join(folder, 'rgb', file), depth: join(folder, 'depth', depth) }]
  })
  if (pairs.length > 0) return pairs
  const files = await list('.')
  const color = files.find((file) => /^(rgb|color)[.](png|jpe?g)$/i.test(file))
  return color !== undefined && files.includes('depth.png')
    ? [{ color: join(folder, color), depth: join(folder, 'depth.png') }]
    : []
}

async function readCamera(folder: string): Promise<unknown> {
  for (const name of ['camera.json', 'scene_camera.json']) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => null)
    if (text === null) continue
    const document = JSON.parse(text.replace(/^\uFEFF/, '')) as Record<string, unknown>
    // BOP's scene_camera.json has one entry an image; a sequence is taken by one camera.
    return name === 'camera.json' ? document : Object.values(document)[0]
  }
  throw new PlatformError('camera.intrinsics_missing', { detail: 'the folder holds no camera.json' })
}

/** Registered images: one camera for both, no distance between them. */
function sharedCalibration(camera: {
  fx: number
  fy: number
  cx: number
  cy: number
  width: number
  height: number
}): CameraCalibrationWire {
  const { fx, fy, cx, cy, width, height } = camera
  const intrinsics = { width, height, fx, fy, ppx: cx, ppy: cy, model: 'distortion.none', coeffs: [0, 0, 0, 0, 0] }
  return {
    depth_intrinsics: intrinsics,
    color_intrinsics: intrinsics,
    depth_to_color_extrinsics: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] },
  }
}
