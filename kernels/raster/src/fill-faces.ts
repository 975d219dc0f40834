import type { RasterTarget } from './raster-target.ts'

/** Boxes wider than this (px) get their spans by division instead of testing each pixel. */
const SPAN_MIN_WIDTH = 6

/**
 * Pass 1: keeps the largest 1/z per pixel in `target.depths` and, on request, the face that owns it. Every edge is
 * inclusive and its sign is exact (see SNAP), so neighbours overlap in exactly the pixels on the shared edge and the
 * depth test decides; nothing falls between.
 *
 * @param screen     [n, 4] u, v, 1/z, z
 * @param faces      [faceCount, 3] indices into screen
 * @param sourceIds  face index to store per face; null: the position in `faces`
 * @param queue      receives the faces with a vertex to be clipped; null when there can be none
 * @returns number of queued faces
 * @cost   O(faces + pixels of their boxes); no allocation
 */
export function fillFaces(
  target: RasterTarget,
  screen: Float64Array,
  faces: Int32Array,
  faceCount: number,
  sourceIds: Int32Array | null,
  queue: Int32Array | null,
  writeIds: boolean,
): number {
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
    const a = faces[3 * face] << 2
    const b = faces[3 * face + 1] << 2
    const c = faces[3 * face + 2] << 2
    const za = screen[a + 2]
    const zb = screen[b + 2]
    const zc = screen[c + 2]
    if (!(za + zb + zc > 0)) {
      if (queue !== null) queue[queued++] = face
      continue
    }
    const ax = screen[a]
    const bx = screen[b]
    const cx = screen[c]
    let x0 = Math.ceil(ax < bx ? (ax < cx ? ax : cx) : bx < cx ? bx : cx) | 0
    let x1 = Math.floor(ax > bx ? (ax > cx ? ax : cx) : bx > cx ? bx : cx) | 0
    if (x0 < 0) x0 = 0
    if (x1 > lastX) x1 = lastX
    if (x0 > x1) continue
    const ay = screen[a + 1]
    const by = screen[b + 1]
    const cy = screen[c + 1]
    let y0 = Math.ceil(ay < by ? (ay < cy ? ay : cy) : by < cy ? by : cy) | 0
    let y1 = Math.floor(ay > by ? (ay > cy ? ay : cy) : by > cy ? by : cy) | 0
    if (y0 < 0) y0 = 0
    if (y1 > lastY) y1 = lastY
    if (y0 > y1) continue
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if (area === 0) continue
    const sign = area > 0 ? 1 : -1
    const scale = sign / area
    // Weights of a, b, c times |area|; steps per pixel to the right and per row down.
    const aStepX = (by - cy) * sign
    const bStepX = (cy - ay) * sign
    const cStepX = (ay - by) * sign
    const aStepY = (cx - bx) * sign
    const bStepY = (ax - cx) * sign
    const cStepY = (bx - ax) * sign
    const dx = x0 - ax
    const dy = y0 - ay
    let aRow = (x0 - bx) * aStepX + (y0 - by) * aStepY
    let bRow = dx * bStepX + dy * bStepY
    let cRow = dx * cStepX + dy * cStepY
    const zBScaled = (zb - za) * scale
    const zCScaled = (zc - za) * scale
    const zStepX = bStepX * zBScaled + cStepX * zCScaled
    const id = sourceIds === null ? face : sourceIds[face]
    if (x0 < minX) minX = x0
    if (y0 < minY) minY = y0
    if (x1 > maxX) maxX = x1
    if (y1 > maxY) maxY = y1
    const boxWidth = x1 - x0
    if (boxWidth < SPAN_MIN_WIDTH) {
      for (let y = y0, row = y0 * width + x0; y <= y1; y++, row += width) {
        let wa = aRow
        let wb = bRow
        let wc = cRow
        for (let o = row; o <= row + boxWidth; o++) {
          if (wa >= 0 && wb >= 0 && wc >= 0) {
            const inverse = za + wb * zBScaled + wc * zCScaled
            if (inverse > inverseDepths[o]) {
              inverseDepths[o] = inverse
              if (writeIds) triangleIds[o] = id
            }
          }
          wa += aStepX
          wb += bStepX
          wc += cStepX
        }
        aRow += aStepY
        bRow += bStepY
        cRow += cStepY
      }
      continue
    }
    for (let y = y0, row = y0 * width + x0; y <= y1; y++, row += width) {
      // Solve each edge for x. A quotient that is no integer is at least 2^-38 from one, more than its rounding error.
      let from = 0
      let to = boxWidth
      if (aStepX > 0) {
        if (aRow < 0) from = Math.max(from, Math.ceil(-aRow / aStepX))
      } else if (aStepX < 0) to = Math.min(to, Math.floor(-aRow / aStepX))
      else if (aRow < 0) to = -1
      if (bStepX > 0) {
        if (bRow < 0) from = Math.max(from, Math.ceil(-bRow / bStepX))
      } else if (bStepX < 0) to = Math.min(to, Math.floor(-bRow / bStepX))
      else if (bRow < 0) to = -1
      if (cStepX > 0) {
        if (cRow < 0) from = Math.max(from, Math.ceil(-cRow / cStepX))
      } else if (cStepX < 0) to = Math.min(to, Math.floor(-cRow / cStepX))
      else if (cRow < 0) to = -1
      if (from <= to) {
        let inverse = za + (bRow + from * bStepX) * zBScaled + (cRow + from * cStepX) * zCScaled
        const last = row + (to | 0)
        for (let o = row + (from | 0); o <= last; o++) {
          if (inverse > inverseDepths[o]) {
            inverseDepths[o] = inverse
            if (writeIds) triangleIds[o] = id
          }
          inverse += zStepX
        }
      }
      aRow += aStepY
      bRow += bStepY
      cRow += cStepY
    }
  }
  touched[0] = minX
  touched[1] = minY
  touched[2] = maxX
  touched[3] = maxY
  return queued
}
