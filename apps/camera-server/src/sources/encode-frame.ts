import type { ColorImage } from '@sextant/geometry'
import { encodeColorJpeg, paintDepth } from '@sextant/image'
import type { SourceFrame } from '../capture-source.ts'

/** The four streams of one moment. @param depthCounts  [height, width] mm */
export async function encodeFrame(
  color: ColorImage,
  depth: { readonly width: number; readonly height: number; readonly counts: Uint16Array },
): Promise<Omit<SourceFrame, 'truth'>> {
  const colorRaw = new Uint8Array(color.data.length)
  for (let i = 0; i < colorRaw.length; i += 3) {
    colorRaw[i] = color.data[i + 2] ?? 0
    colorRaw[i + 1] = color.data[i + 1] ?? 0
    colorRaw[i + 2] = color.data[i] ?? 0
  }
  const [colorJpeg, depthJpeg] = await Promise.all([
    encodeColorJpeg(color, 92),
    encodeColorJpeg(paintDepth(depth.counts, depth.width, depth.height), 85),
  ])
  const { buffer, byteOffset, byteLength } = depth.counts
  return { colorJpeg, depthJpeg, colorRaw, depthRaw: new Uint8Array(buffer, byteOffset, byteLength) }
}
