import { PlatformError } from '@sextant/contracts'
import type { Frame, PinholeCamera } from '@sextant/geometry'
import { decodeBase64 } from './base64.ts'
import { parseCameraParams } from './camera-params.ts'
import { decodeColor } from './decode-color.ts'
import { decodeDepthRaw } from './decode-depth.ts'
import { normalizeDepthScale, toDepthImage, type DepthScale } from './depth-scale.ts'
import { encodeColorPng } from './encode.ts'
import { hasDistortion, type LensCamera } from './lens.ts'
import { rectifyColor, rectifyDepth } from './rectify.ts'

/** A frame as the services pass it on: bytes as received, units and camera decided. */
export interface FrameBytes {
  readonly color: Uint8Array
  readonly depth: Uint8Array
  readonly camera: PinholeCamera
  readonly millimetersPerCount: number
}

/** A client's frame, understood and checked. */
export interface ClientFrame {
  readonly bytes: FrameBytes
  readonly frame: Frame
  readonly depthScale: DepthScale
  readonly warnings: readonly string[]
}

/**
 * Reads the three frame fields of a v1 request: the one place where a client's units and camera are decided. Stated
 * lens distortion is taken out of both images.
 *
 * @throws {PlatformError} request.malformed, image.*, depth.*, camera.*
 */
export async function readClientFrame(fields: {
  readonly rgb_image: string
  readonly depth_image: string
  readonly cam_params: unknown
}): Promise<ClientFrame> {
  const color = decodeBase64(fields.rgb_image, 'rgb_image')
  const depth = decodeBase64(fields.depth_image, 'depth_image')
  return readUploadedFrame({ color, depth, camParams: fields.cam_params })
}

/**
 * The same for images that came as bytes.
 *
 * @throws {PlatformError} image.*, depth.*, camera.*
 */
export async function readUploadedFrame(upload: {
  readonly color: Uint8Array
  readonly depth: Uint8Array
  readonly camParams: unknown
}): Promise<ClientFrame> {
  const color = await decodeColor(upload.color)
  const params = parseCameraParams(upload.camParams, color)
  const raw = await decodeDepthRaw(upload.depth, color)
  assertSameSize(color, raw)
  const depthScale = normalizeDepthScale(params.depthScale, raw.counts instanceof Float32Array)
  const { millimetersPerCount } = depthScale
  const depth = toDepthImage(raw, millimetersPerCount)
  const { camera, warnings } = params
  const [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0] = params.distortion ?? []
  const lens: LensCamera = { camera, distortion: [k1, k2, p1, p2, k3] }
  if (hasDistortion(lens)) return { ...(await straighten({ color, depth, camera }, lens)), depthScale, warnings }
  return {
    bytes: { color: upload.color, depth: upload.depth, camera, millimetersPerCount },
    frame: { color, depth, camera },
    depthScale,
    warnings,
  }
}

/** The frame as a lens without distortion would have taken it. */
async function straighten(frame: Frame, lens: LensCamera): Promise<Pick<ClientFrame, 'bytes' | 'frame'>> {
  const color = rectifyColor(frame.color, lens)
  const depth = rectifyDepth(frame.depth, lens)
  const bytes = {
    color: await encodeColorPng(color, { compressionLevel: 1 }),
    depth: new Uint8Array(depth.data.buffer),
    camera: frame.camera,
    millimetersPerCount: 1,
  }
  return { bytes, frame: { color, depth, camera: frame.camera } }
}

/**
 * Decodes a frame whose units and camera were already decided.
 * @throws {PlatformError} image.*, depth.*
 */
export async function decodeFrame(bytes: FrameBytes): Promise<Frame> {
  const color = await decodeColor(bytes.color, 'color')
  const raw = await decodeDepthRaw(bytes.depth, color, 'depth')
  assertSameSize(color, raw)
  if (bytes.camera.width !== color.width || bytes.camera.height !== color.height) {
    throw new PlatformError('camera.intrinsics_invalid', {
      detail: `the camera is ${bytes.camera.width} x ${bytes.camera.height}, the image ${color.width} x ${color.height}`,
    })
  }
  return { color, depth: toDepthImage(raw, bytes.millimetersPerCount), camera: bytes.camera }
}

function assertSameSize(
  color: { readonly width: number; readonly height: number },
  depth: { readonly width: number; readonly height: number },
): void {
  if (depth.width === color.width && depth.height === color.height) return
  throw new PlatformError('image.size_mismatch', {
    detail:
      `depth_image is ${depth.width} x ${depth.height}, rgb_image ${color.width} x ${color.height}; ` +
      'depth must be registered to colour and of the same size',
  })
}
