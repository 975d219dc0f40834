import { SUBPIXEL_BITS, SUBPIXELS } from './project-vertices.ts'
import type { RasterTarget, ScreenVertices } from './raster-target.ts'

/** Faces less than 8 px wide and high: products of their edges stay below 2^30, weights below 2^31. */
const SMALL_FACE = 8 * SUBPIXELS

/**
 * Pass 1: keeps the largest 1/z per pixel in `target.depths` and, on request, the face that owns it. Every edge is
 * inclusive and its sign is exact (see SNAP), so neighbours overlap in exactly the pixels on the shared edge and the
 * depth test decides; nothing falls between.
 *
 * Fine meshes are most of the work: their faces cover a few pixels, so the box is found without branches and its pixels
 * are tested in 32-bit integers. Of larger faces the span of each row is solved for.
 *
 * @param vertices   projectVerticesInto
 * @param faces      [faceCount, 3] indices into vertices
 * @param sourceIds  face index to store per face; null: the position in `faces`
 * @param queue      receives the faces with a vertex to be clipped; null when there can be none
 * @returns number of queued faces
 * @cost   O(faces + pixels of the small faces' boxes + pixels of the others); no allocation
 */
export function fillFaces(
  target: RasterTarget,
  vertices: ScreenVertices,
  faces: Int32Array,
  faceCount: number,
  sourceIds: Int32Array | null,
  queue: Int32Array | null,
  writeIds: boolean,
): number {
  const { coordinates, inverseDepths: inverses } = vertices
  const { width, depths: inverseDepths, triangleIds } = target
  const touched = target.scratch.touched
  const lastX = width - 1
  const lastY = target.height - 1
  let queued = 0
  let minX = touched[0]
  let minY = touched[1]
  let maxX = touched[2]
  let maxY = touched[3]
  for (let face = 0; face < faceCount; face++) {
    const a = faces[3 * face]
    const b = faces[3 * face + 1]
    const c = faces[3 * face + 2]
    const za = inverses[a]
    const zb = inverses[b]
    const zc = inverses[c]
    if (!(za + zb + zc > 0)) {
      if (queue !== null) queue[queued++] = face
      continue
    }
    const ax = coordinates[2 * a]
    const bx = coordinates[2 * b]
    const cx = coordinates[2 * c]
    const ay = coordinates[2 * a + 1]
    const by = coordinates[2 * b + 1]
    const cy = coordinates[2 * c + 1]
    const left = smaller(ax, smaller(bx, cx))
    const right = larger(ax, larger(bx, cx))
    const top = smaller(ay, smaller(by, cy))
    const bottom = larger(ay, larger(by, cy))
    const x0 = larger((left + SUBPIXELS - 1) >> SUBPIXEL_BITS, 0)
    const y0 = larger((top + SUBPIXELS - 1) >> SUBPIXEL_BITS, 0)
    const x1 = smaller(right >> SUBPIXEL_BITS, lastX)
    const y1 = smaller(bottom >> SUBPIXEL_BITS, lastY)
    if (((x1 - x0) | (y1 - y0)) < 0) continue
    const id = sourceIds === null ? face : sourceIds[face]
    const boxWidth = x1 - x0
    const lastRow = y1 * width + x0
    if (((right - left) | (bottom - top)) < SMALL_FACE) {
      const area = (Math.imul(bx - ax, cy - ay) - Math.imul(by - ay, cx - ax)) | 0
      if (area === 0) continue
      minX = smaller(minX, x0)
      minY = smaller(minY, y0)
      maxX = larger(maxX, x1)
      maxY = larger(maxY, y1)
      // As below, in integers.
      const sign = (area >> 31) | 1
      const aStepX = Math.imul(by - cy, sign)
      const bStepX = Math.imul(cy - ay, sign)
      const cStepX = Math.imul(ay - by, sign)
      const aStepY = Math.imul(cx - bx, sign)
      const bStepY = Math.imul(ax - cx, sign)
      const cStepY = Math.imul(bx - ax, sign)
      const dx = ((x0 << SUBPIXEL_BITS) - ax) | 0
      const dy = ((y0 << SUBPIXEL_BITS) - ay) | 0
      const aRight = aStepX << SUBPIXEL_BITS
      const bRight = bStepX << SUBPIXEL_BITS
      const cRight = cStepX << SUBPIXEL_BITS
      const aDown = aStepY << SUBPIXEL_BITS
      const bDown = bStepY << SUBPIXEL_BITS
      const cDown = cStepY << SUBPIXEL_BITS
      let aRow = (Math.imul((x0 << SUBPIXEL_BITS) - bx, aStepX) + Math.imul((y0 << SUBPIXEL_BITS) - by, aStepY)) | 0
      let bRow = (Math.imul(dx, bStepX) + Math.imul(dy, bStepY)) | 0
      let cRow = (Math.imul(dx, cStepX) + Math.imul(dy, cStepY)) | 0
      const scale = sign / area
      const zBScaled = (zb - za) * scale
      const zCScaled = (zc - za) * scale
      for (let row = y0 * width + x0; row <= lastRow; row += width) {
        let wa = aRow
        let wb = bRow
        let wc = cRow
        for (let o = row; o <= row + boxWidth; o++) {
          if ((wa | wb | wc) >= 0) {
            const inverse = za + wb * zBScaled + wc * zCScaled
            if (inverse > inverseDepths[o]) {
              inverseDepths[o] = inverse
              if (writeIds) triangleIds[o] = id
            }
          }
          wa = (wa + aRight) | 0
          wb = (wb + bRight) | 0
          wc = (wc + cRight) | 0
        }
        aRow = (aRow + aDown) | 0
        bRow = (bRow + bDown) | 0
        cRow = (cRow + cDown) | 0
      }
      continue
    }
    // Twice the area in square sub-pixels: an integer below 2^53.
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if (area === 0) continue
    minX = smaller(minX, x0)
    minY = smaller(minY, y0)
    maxX = larger(maxX, x1)
    maxY = larger(maxY, y1)
    // Weights of a, b, c times |area|; steps per sub-pixel to the right and down.
    const sign = area > 0 ? 1 : -1
    const aStepX = (by - cy) * sign
    const bStepX = (cy - ay) * sign
    const cStepX = (ay - by) * sign
    const aStepY = (cx - bx) * sign
    const bStepY = (ax - cx) * sign
    const cStepY = (bx - ax) * sign
    const dx = x0 * SUBPIXELS - ax
    const dy = y0 * SUBPIXELS - ay
    let aRow = (x0 * SUBPIXELS - bx) * aStepX + (y0 * SUBPIXELS - by) * aStepY
    let bRow = dx * bStepX + dy * bStepY
    let cRow = dx * cStepX + dy * cStepY
    const scale = sign / area
    const zBScaled = (zb - za) * scale
    const zCScaled = (zc - za) * scale
    const aRight = aStepX * SUBPIXELS
    const bRight = bStepX * SUBPIXELS
    const cRight = cStepX * SUBPIXELS
    const zRight = bRight * zBScaled + cRight * zCScaled
    for (let row = y0 * width + x0; row <= lastRow; row += width) {
      // Solve each edge for x. A quotient that is no integer is at least 2^-38 from one, more than its rounding error.
      let from = 0
      let to = boxWidth
      if (aRight > 0) {
        if (aRow < 0) from = Math.max(from, Math.ceil(-aRow / aRight))
      } else if (aRight < 0) to = Math.min(to, Math.floor(-aRow / aRight))
      else if (aRow < 0) to = -1
      if (bRight > 0) {
        if (bRow < 0) from = Math.max(from, Math.ceil(-bRow / bRight))
      } else if (bRight < 0) to = Math.min(to, Math.floor(-bRow / bRight))
      else if (bRow < 0) to = -1
      if (cRight > 0) {
        if (cRow < 0) from = Math.max(from, Math.ceil(-cRow / cRight))
      } else if (cRight < 0) to = Math.min(to, Math.floor(-cRow / cRight))
      else if (cRow < 0) to = -1
      if (from <= to) {
        let inverse = za + (bRow + from * bRight) * zBScaled + (cRow + from * cRight) * zCScaled
        const last = row + (to | 0)
        for (let o = row + (from | 0); o <= last; o++) {
          if (inverse > inverseDepths[o]) {
            inverseDepths[o] = inverse
            if (writeIds) triangleIds[o] = id
          }
          inverse += zRight
        }
      }
      aRow += aStepY * SUBPIXELS
      bRow += bStepY * SUBPIXELS
      cRow += cStepY * SUBPIXELS
    }
  }
  touched[0] = minX
  touched[1] = minY
  touched[2] = maxX
  touched[3] = maxY
  return queued
}

/** The smaller of two integers less than 2^31 apart, without a branch to mispredict. */
function smaller(a: number, b: number): number {
  const difference = (a - b) | 0
  return (b + (difference & (difference >> 31))) | 0
}

/** The larger of two integers less than 2^31 apart, without a branch to mispredict. */
function larger(a: number, b: number): number {
  const difference = (a - b) | 0
  return (a - (difference & (difference >> 31))) | 0
}
