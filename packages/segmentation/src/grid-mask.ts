import type { Box, Rle } from '@sextant/contracts'
import type { Surface } from '@sextant/surface'

/**
 * The mask of some grid pixels in full image resolution: every image pixel takes the nearest grid pixel.
 *
 * @param pixels  grid indices
 * @param width, height  full image size, px
 * @returns COCO run lengths (column-major, zeros first), and the box of the mask, all zero when empty
 * @cost O(grid pixels + columns · rows of the box)
 */
export function encodeGridMask(
  pixels: Int32Array,
  surface: Surface,
  width: number,
  height: number,
): { mask: Rle; box: Box } {
  const grid = new Uint8Array(surface.width * surface.height)
  let [gx0, gy0, gx1, gy1] = [surface.width, surface.height, 0, 0]
  for (const i of pixels) {
    grid[i] = 1
    const x = i % surface.width
    const y = (i - x) / surface.width
    gx0 = Math.min(gx0, x)
    gx1 = Math.max(gx1, x + 1)
    gy0 = Math.min(gy0, y)
    gy1 = Math.max(gy1, y + 1)
  }
  const columnOf = (gx: number): number => firstPixel(gx, surface.width, surface.step, width)
  const rowOf = (gy: number): number => firstPixel(gy, surface.height, surface.step, height)
  const runs = createRuns()
  for (let gx = gx0; gx < gx1; gx++) {
    for (let u = columnOf(gx); u < columnOf(gx + 1); u++) {
      let isInside = false
      for (let gy = gy0; gy < gy1; gy++) {
        if ((grid[gy * surface.width + gx] !== 0) === isInside) continue
        isInside = !isInside
        runs.switchAt(u * height + rowOf(gy))
      }
      if (isInside) runs.switchAt(u * height + rowOf(gy1))
    }
  }
  const mask: Rle = { size: [height, width], counts: runs.finish(width * height) }
  if (pixels.length === 0) return { mask, box: { x0: 0, y0: 0, x1: 0, y1: 0 } }
  return { mask, box: { x0: columnOf(gx0), y0: rowOf(gy0), x1: columnOf(gx1), y1: rowOf(gy1) } }
}

/** First image column (or row) that is nearest to grid column `k`; past the last one, the image's size. */
function firstPixel(k: number, gridSize: number, step: number, imageSize: number): number {
  if (k >= gridSize) return imageSize
  return Math.max(0, k * step - ((step - 1) >> 1))
}

/** Collects run lengths from the positions where inside and outside change; joins runs that touch. */
function createRuns(): { switchAt(position: number): void; finish(end: number): number[] } {
  const counts: number[] = []
  let start = 0
  return {
    switchAt(position) {
      if (position === start && counts.length > 0) start -= counts.pop() ?? 0
      else {
        counts.push(position - start)
        start = position
      }
    },
    finish(end) {
      if (end > start) counts.push(end - start)
      return counts
    },
  }
}
