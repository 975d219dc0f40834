import { PlatformError, type Box, type Rle } from '@sextant/contracts'
import type { Mask } from '@sextant/geometry'

/** COCO run-length encoding: column-major, the first run counts zeros. */
export function encodeRle(mask: Mask): Rle {
  const { width, height, data } = mask
  const counts: number[] = []
  let current = 0
  let run = 0
  for (let x = 0; x < width; x++) {
    for (let i = x; i < data.length; i += width) {
      const value = data[i] !== 0 ? 1 : 0
      if (value !== current) {
        counts.push(run)
        run = 0
        current = value
      }
      run++
    }
  }
  counts.push(run)
  return { size: [height, width], counts }
}

/**
 * @throws {PlatformError} segmentation.undecodable when the runs do not add up to the size
 */
export function decodeRle(rle: Rle): Mask {
  const [height, width] = rle.size
  const total = rle.counts.reduce((sum, run) => sum + run, 0)
  if (total !== width * height || rle.counts.some((run) => !(run >= 0))) {
    throw new PlatformError('segmentation.undecodable', {
      detail: `the runs add up to ${total}, the size [${height}, ${width}] has ${width * height} pixels`,
    })
  }
  const data = new Uint8Array(width * height)
  let position = 0
  rle.counts.forEach((run, index) => {
    if (index % 2 === 1) {
      for (let p = position; p < position + run; p++) data[(p % height) * width + Math.floor(p / height)] = 1
    }
    position += run
  })
  return { width, height, data }
}

/**
 * Decodes the counts string of COCO's compressed form: 5-bit groups from character 48 up, sign-extended, and from the
 * third run on relative to the run two before.
 * @source pycocotools maskApi, format description
 */
export function parseCompressedCounts(text: string): number[] {
  const counts: number[] = []
  for (let p = 0; p < text.length;) {
    let value = 0
    let shift = 0
    let group: number
    do {
      group = p < text.length ? text.charCodeAt(p++) - 48 : Number.NaN
      if (!(group >= 0 && group < 64)) {
        throw new PlatformError('segmentation.undecodable', { detail: 'the compressed counts string is broken' })
      }
      value |= (group & 0x1f) << shift
      shift += 5
    } while ((group & 0x20) !== 0)
    if ((group & 0x10) !== 0 && shift < 32) value |= -1 << shift
    if (counts.length > 2) value += counts[counts.length - 2]
    counts.push(value)
  }
  return counts
}

/** COCO's compressed counts string of uncompressed runs. */
export function formatCompressedCounts(counts: readonly number[]): string {
  let text = ''
  counts.forEach((run, index) => {
    let value = index > 2 ? run - counts[index - 2] : run
    let hasMore = true
    while (hasMore) {
      let group = value & 0x1f
      value >>= 5
      hasMore = (group & 0x10) !== 0 ? value !== -1 : value !== 0
      if (hasMore) group |= 0x20
      text += String.fromCharCode(group + 48)
    }
  })
  return text
}

/**
 * Reads a segmentation in any form of the contract: uncompressed or compressed RLE, or a dense nested 0/1 list.
 *
 * @param image  size the segmentation must have
 * @throws {PlatformError} segmentation.undecodable
 */
export function parseSegmentation(value: unknown, image: { readonly width: number; readonly height: number }): Rle {
  const rle = Array.isArray(value) ? rleOfRows(value as unknown[]) : rleOfObject(value)
  if (rle.size[0] !== image.height || rle.size[1] !== image.width) {
    throw new PlatformError('segmentation.undecodable', {
      detail: `the segmentation is ${rle.size[1]} x ${rle.size[0]}, the image ${image.width} x ${image.height}`,
    })
  }
  const total = rle.counts.reduce((sum, run) => sum + run, 0)
  if (total !== image.width * image.height || rle.counts.some((run) => !(run >= 0))) {
    throw new PlatformError('segmentation.undecodable', { detail: `the runs add up to ${total}, not to the image` })
  }
  return rle
}

function rleOfObject(value: unknown): Rle {
  const { size, counts } = (value ?? {}) as { size?: unknown; counts?: unknown }
  const isSize = Array.isArray(size) && size.length === 2 && size.every((n) => Number.isInteger(n) && Number(n) > 0)
  if (isSize && typeof counts === 'string') return { size: [size[0], size[1]], counts: parseCompressedCounts(counts) }
  if (isSize && Array.isArray(counts) && counts.every((n) => Number.isInteger(n))) {
    return { size: [size[0], size[1]], counts: counts as number[] }
  }
  throw new PlatformError('segmentation.undecodable', {
    detail: 'a segmentation is {"size":[H,W],"counts":[...]}, the same with a compressed string, or rows of 0 and 1',
  })
}

function rleOfRows(rows: readonly unknown[]): Rle {
  const height = rows.length
  const width = Array.isArray(rows[0]) ? rows[0].length : 0
  const data = new Uint8Array(width * height)
  rows.forEach((row, y) => {
    if (!Array.isArray(row) || row.length !== width || width === 0) {
      throw new PlatformError('segmentation.undecodable', {
        detail: `row ${y} of the mask does not have ${width} values`,
      })
    }
    row.forEach((value: unknown, x) => {
      data[y * width + x] = Number(value) > 0 ? 1 : 0
    })
  })
  return encodeRle({ width, height, data })
}

/** Number of pixels inside. */
export function rleArea(rle: Rle): number {
  return rle.counts.reduce((sum, run, index) => (index % 2 === 1 ? sum + run : sum), 0)
}

/** Smallest box around the pixels inside; all zero when there are none. */
export function rleBox(rle: Rle): Box {
  const height = rle.size[0]
  let x0 = Infinity
  let y0 = Infinity
  let x1 = 0
  let y1 = 0
  let position = 0
  rle.counts.forEach((run, index) => {
    if (index % 2 === 1 && run > 0) {
      const last = position + run - 1
      const firstColumn = Math.floor(position / height)
      const lastColumn = Math.floor(last / height)
      x0 = Math.min(x0, firstColumn)
      x1 = Math.max(x1, lastColumn + 1)
      y0 = Math.min(y0, firstColumn === lastColumn ? position % height : 0)
      y1 = Math.max(y1, firstColumn === lastColumn ? (last % height) + 1 : height)
    }
    position += run
  })
  return x1 === 0 ? { x0: 0, y0: 0, x1: 0, y1: 0 } : { x0, y0, x1, y1 }
}
