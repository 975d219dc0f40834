import type { Rle } from '@sextant/contracts'

/** [height, width] 0 or 1, with its area. */
export interface DecodedMask {
  readonly mask: Uint8Array
  readonly area: number
}

export function decodeRle({ size: [height, width], counts }: Rle): DecodedMask {
  const mask = new Uint8Array(width * height)
  let at = 0
  let area = 0
  counts.forEach((count, k) => {
    if (k % 2 === 1) {
      for (let p = at; p < at + count; p++) mask[(p % height) * width + Math.floor(p / height)] = 1
      area += count
    }
    at += count
  })
  return { mask, area }
}

export function rleIou({ mask, area }: DecodedMask, truth: Uint8Array): number {
  let shared = 0
  let truthArea = 0
  for (let i = 0; i < truth.length; i++) {
    truthArea += truth[i] ?? 0
    shared += (truth[i] ?? 0) & (mask[i] ?? 0)
  }
  return shared / (area + truthArea - shared)
}
