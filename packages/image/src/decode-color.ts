import { PlatformError } from '@sextant/contracts'
import type { ColorImage } from '@sextant/geometry'
import sharp from 'sharp'

/** Largest image accepted, pixels. */
export const MAX_PIXELS = 64_000_000

/**
 * Decodes PNG, JPEG, TIFF, WebP or GIF to 8-bit sRGB. Alpha is dropped, grey and CMYK are converted; EXIF orientation
 * is not applied, because intrinsics belong to the stored pixels.
 *
 * @param what  name of the field for the error text
 * @throws {PlatformError} image.undecodable, image.too_large
 */
export async function decodeColor(bytes: Uint8Array, what = 'rgb_image'): Promise<ColorImage> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PIXELS })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels === 3) {
      return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
    }
    const rgb = new Uint8Array(3 * info.width * info.height)
    for (let i = 0; i < info.width * info.height; i++) rgb.fill(data[i * info.channels], 3 * i, 3 * i + 3)
    return { width: info.width, height: info.height, data: rgb }
  } catch (cause) {
    throw asImageError(cause, bytes, what, 'image.undecodable')
  }
}

/** The coded refusal of an image that sharp could not read. */
export function asImageError(
  cause: unknown,
  bytes: Uint8Array,
  what: string,
  code: 'image.undecodable' | 'depth.undecodable',
): PlatformError {
  if (cause instanceof PlatformError) return cause
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
  if (reason.includes('pixel limit')) {
    return new PlatformError('image.too_large', { detail: `${what} has more than ${MAX_PIXELS} pixels`, cause })
  }
  return new PlatformError(code, {
    detail: `${what} (${bytes.length} bytes) could not be decoded: ${reason}. Send a complete PNG or JPEG file.`,
    cause,
  })
}
