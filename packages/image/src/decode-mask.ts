import type { Mask } from '@sextant/geometry'
import sharp from 'sharp'
import { asImageError, MAX_PIXELS } from './decode-color.ts'

/**
 * Decodes a mask image: every pixel that is not 0 in the first channel is inside.
 * @throws {PlatformError} image.undecodable
 */
export async function decodeMask(bytes: Uint8Array, what = 'mask'): Promise<Mask> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'warning', limitInputPixels: MAX_PIXELS })
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const mask = new Uint8Array(info.width * info.height)
    for (let i = 0; i < mask.length; i++) mask[i] = data[i * info.channels] !== 0 ? 1 : 0
    return { width: info.width, height: info.height, data: mask }
  } catch (cause) {
    throw asImageError(cause, bytes, what, 'image.undecodable')
  }
}
