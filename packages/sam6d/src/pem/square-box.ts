/** Rows and columns, ends exclusive. */
export interface CropBox {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/**
 * The square around a mask that PEM crops: as wide as the longer side, centred, moved (not shrunk) into the image. An odd
 * side loses one row and column, as in training.
 *
 * @param bounds  of the mask, ends exclusive
 * @returns a box inside the image
 */
export function squareBox(bounds: CropBox, height: number, width: number): CropBox {
  const side = Math.min(Math.max(bounds.bottom - bounds.top, bounds.right - bounds.left), Math.min(height, width))
  const half = Math.floor(side / 2)
  const [top, bottom] = place(Math.floor((bounds.top + bounds.bottom) / 2), half, height)
  const [left, right] = place(Math.floor((bounds.left + bounds.right) / 2), half, width)
  return { top, bottom, left, right }
}

function place(centre: number, half: number, size: number): [number, number] {
  const shift = Math.max(0, half - centre) - Math.max(0, centre + half - size)
  return [centre - half + shift, centre + half + shift]
}

/** Bounds of the non-zero pixels, ends exclusive; undefined when there are none. */
export function maskBounds(mask: Uint8Array, height: number, width: number): CropBox | undefined {
  let top = height
  let bottom = 0
  let left = width
  let right = 0
  for (let v = 0, at = 0; v < height; v++) {
    for (let u = 0; u < width; u++, at++) {
      if (mask[at] === 0) continue
      if (v < top) top = v
      bottom = v + 1
      if (u < left) left = u
      if (u >= right) right = u + 1
    }
  }
  return bottom === 0 ? undefined : { top, bottom, left, right }
}
