import type { ColorImage } from '@sextant/geometry'
import sharp from 'sharp'

export interface PngOptions {
  /** 0..9; 1 is four times faster than the default and about twice as large */
  readonly compressionLevel?: number
}

const asBytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)

/** 16-bit single-channel PNG, exact. */
export async function encodeDepthPng(
  counts: Uint16Array,
  width: number,
  height: number,
  options: PngOptions = {},
): Promise<Uint8Array> {
  // The Uint16Array itself and the colour space are both needed, or 8 bits are written.
  const buffer = await sharp(counts, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png({ compressionLevel: options.compressionLevel ?? 6 })
    .toBuffer()
  return asBytes(buffer)
}

/** 8-bit RGB PNG. */
export async function encodeColorPng(image: ColorImage, options: PngOptions = {}): Promise<Uint8Array> {
  const { width, height, data } = image
  const buffer = await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: options.compressionLevel ?? 6 })
    .toBuffer()
  return asBytes(buffer)
}

/** 8-bit single-channel PNG. */
export async function encodeGrayPng(
  data: Uint8Array,
  width: number,
  height: number,
  options: PngOptions = {},
): Promise<Uint8Array> {
  const buffer = await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: options.compressionLevel ?? 6 })
    .toBuffer()
  return asBytes(buffer)
}

/** JPEG, chroma not reduced. @param quality  1..100 */
export async function encodeColorJpeg(image: ColorImage, quality: number): Promise<Uint8Array> {
  const { width, height, data } = image
  const raw = { width, height, channels: 3 } as const
  return asBytes(await sharp(data, { raw }).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer())
}

/** 8-bit RGB PNG with straight alpha. @param data  [height, width, 4] */
export async function encodeAlphaPng(data: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return asBytes(
    await sharp(data, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer(),
  )
}
