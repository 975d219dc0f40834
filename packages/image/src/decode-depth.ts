import { PlatformError } from '@sextant/contracts'
import sharp from 'sharp'
import { asImageError, MAX_PIXELS } from './decode-color.ts'

/** A depth image as stored, before any scale. */
export interface RawDepth {
  readonly width: number
  readonly height: number
  /** [height, width] sensor counts, or literal float values */
  readonly counts: Uint16Array | Float32Array
}

/**
 * Decodes a single-channel 16-bit image exactly, or raw little-endian values when the byte count fits the colour
 * image: float32 (4 bytes a pixel) or uint16 (2 bytes a pixel).
 *
 * @param expected  size of the colour image; needed for raw values
 * @throws {PlatformError} depth.undecodable, depth.bit_depth_unsupported, image.too_large
 */
export async function decodeDepthRaw(
  bytes: Uint8Array,
  expected: { readonly width: number; readonly height: number } | null,
  what = 'depth_image',
): Promise<RawDepth> {
  const raw = expected === null || isEncodedImage(bytes) ? null : readRawValues(bytes, expected)
  if (raw !== null) return raw
  try {
    const image = sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PIXELS })
    const metadata = await image.metadata()
    if (metadata.depth !== 'ushort') {
      throw new PlatformError('depth.bit_depth_unsupported', {
        detail:
          `${what} is a ${metadata.channels}-channel ${metadata.depth} image; depth must be a single-channel ` +
          '16-bit PNG (8-bit files lose the distance). Save it as uint16.',
      })
    }
    if (metadata.channels !== 1) {
      throw new PlatformError('depth.bit_depth_unsupported', {
        detail: `${what} has ${metadata.channels} channels; depth must have one`,
      })
    }
    // Without toColourspace('grey16') libvips reduces 16-bit grey to 8 bits.
    const { data, info } = await image
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true })
    const aligned = data.byteOffset % 2 === 0 ? data : Buffer.from(data)
    const counts = new Uint16Array(aligned.buffer, aligned.byteOffset, info.width * info.height)
    return { width: info.width, height: info.height, counts }
  } catch (cause) {
    throw asImageError(cause, bytes, what, 'depth.undecodable')
  }
}

/** PNG, JPEG, TIFF, BMP or GIF signature. */
function isEncodedImage(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 4)
  return [
    [0x89, 0x50, 0x4e, 0x47],
    [0xff, 0xd8, 0xff],
    [0x49, 0x49, 0x2a, 0],
    [0x4d, 0x4d, 0, 0x2a],
    [0x47, 0x49, 0x46, 0x38],
  ].some((signature) => signature.every((value, i) => head[i] === value))
}

function readRawValues(bytes: Uint8Array, size: { readonly width: number; readonly height: number }): RawDepth | null {
  const pixels = size.width * size.height
  const copy = bytes.slice()
  if (bytes.length === 4 * pixels) return { ...size, counts: new Float32Array(copy.buffer) }
  if (bytes.length === 2 * pixels) return { ...size, counts: new Uint16Array(copy.buffer) }
  return null
}
