import type { ColorImage } from '@sextant/geometry'
import { byteOfLinear, linearOfByte } from './srgb.ts'
import type { SurfacePart, Texture, TextureWrap } from './surface-part.ts'

/**
 * Colour of the texture at each vertex: bilinear, from the halved image whose pixels are about half an edge of the mesh
 * wide. Sampling the full image at sparse vertices would pick single pixels: noise instead of colour.
 *
 * @param part     with uvs
 * @returns [n, 3] linear
 */
export function sampleTexture(part: SurfacePart, texture: Texture, uvs: Float64Array): Float32Array {
  const lengths = edgeLengthsInPixels(part.faces, uvs, texture.image)
  const pyramid = [texture.image]
  const out = new Float32Array(part.positions.length)
  for (let i = 0; i < lengths.length; i++) {
    const level = Math.max(0, Math.round(Math.log2(Math.max(1, lengths[i] / 2))))
    let last = pyramid[pyramid.length - 1]
    while (pyramid.length <= level && (last.width > 1 || last.height > 1)) {
      last = halveImage(last)
      pyramid.push(last)
    }
    const image = pyramid[Math.min(level, pyramid.length - 1)]
    readBilinearInto(out, 3 * i, image, texture, uvs[2 * i], uvs[2 * i + 1])
  }
  return out
}

/** Mean length of the edges at each vertex, pixels of the full image. */
function edgeLengthsInPixels(faces: Uint32Array, uvs: Float64Array, image: ColorImage): Float64Array {
  const count = uvs.length / 2
  const sums = new Float64Array(count)
  const uses = new Uint32Array(count)
  for (let f = 0; f < faces.length; f += 3) {
    for (let k = 0; k < 3; k++) {
      const a = faces[f + k]
      const b = faces[f + ((k + 1) % 3)]
      const length = Math.hypot(
        image.width * (uvs[2 * a] - uvs[2 * b]),
        image.height * (uvs[2 * a + 1] - uvs[2 * b + 1]),
      )
      if (!Number.isFinite(length)) continue
      for (const vertex of [a, b]) {
        sums[vertex] += length
        uses[vertex]++
      }
    }
  }
  return sums.map((sum, i) => (uses[i] === 0 ? 0 : sum / uses[i]))
}

/** The longest edge of a part, pixels of its texture; a palette texture has none that counts. */
export function longestEdgeInPixels(faces: Uint32Array, uvs: Float64Array, image: ColorImage): number {
  return edgeLengthsInPixels(faces, uvs, image).reduce((a, b) => Math.max(a, b), 0)
}

/** Half the width and height, averaged in linear light. */
function halveImage({ width, height, data }: ColorImage): ColorImage {
  const w = Math.max(1, width >> 1)
  const h = Math.max(1, height >> 1)
  const out = new Uint8Array(3 * w * h)
  for (let y = 0; y < h; y++) {
    const y1 = Math.min(height - 1, 2 * y + 1)
    for (let x = 0; x < w; x++) {
      const x1 = Math.min(width - 1, 2 * x + 1)
      for (let k = 0; k < 3; k++) {
        const sum =
          linearOfByte(data[3 * (2 * y * width + 2 * x) + k]) +
          linearOfByte(data[3 * (2 * y * width + x1) + k]) +
          linearOfByte(data[3 * (y1 * width + 2 * x) + k]) +
          linearOfByte(data[3 * (y1 * width + x1) + k])
        out[3 * (y * w + x) + k] = byteOfLinear(sum / 4)
      }
    }
  }
  return { width: w, height: h, data: out }
}

/** A corner inside the picture never mixes in the opposite border: its surface lies on this side. */
function readBilinearInto(
  out: Float32Array,
  at: number,
  { width, height, data }: ColorImage,
  { wrapU, wrapV }: Texture,
  u: number,
  v: number,
): void {
  const x = (Number.isFinite(u) ? u : 0) * width - 0.5
  const y = (Number.isFinite(v) ? v : 0) * height - 0.5
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const wrapX = isInside(u) ? 'clamp' : wrapU
  const wrapY = isInside(v) ? 'clamp' : wrapV
  const columns = [wrapIndex(x0, width, wrapX), wrapIndex(x0 + 1, width, wrapX)]
  const rows = [wrapIndex(y0, height, wrapY), wrapIndex(y0 + 1, height, wrapY)]
  const fx = x - x0
  const fy = y - y0
  for (let k = 0; k < 3; k++) {
    const pixel = (row: number, column: number): number => linearOfByte(data[3 * (row * width + column) + k])
    const top = (1 - fx) * pixel(rows[0], columns[0]) + fx * pixel(rows[0], columns[1])
    const bottom = (1 - fx) * pixel(rows[1], columns[0]) + fx * pixel(rows[1], columns[1])
    out[at + k] = (1 - fy) * top + fy * bottom
  }
}

function wrapIndex(index: number, size: number, wrap: TextureWrap): number {
  if (wrap === 'clamp') return Math.min(size - 1, Math.max(0, index))
  const period = wrap === 'mirror' ? 2 * size : size
  const inside = ((index % period) + period) % period
  return inside < size ? inside : period - 1 - inside
}

/** Rounding of transformed coordinates does not make a corner cross the border. */
const isInside = (t: number): boolean => t >= -1e-4 && t <= 1 + 1e-4
