import type { ColorImage } from '@sextant/geometry'

/**
 * Square images side by side in rows, each shrunk by averaging; black where there is none.
 *
 * @param images   all of one size
 * @param columns  images in a row
 * @param factor   pixels averaged along each axis; a rest at the right and bottom is cut off
 */
export function contactSheet(images: readonly ColorImage[], columns: number, factor: number): ColorImage {
  const side = Math.floor((images[0]?.width ?? 0) / factor)
  const width = columns * side
  const height = Math.ceil(images.length / columns) * side
  const data = new Uint8Array(3 * width * height)
  images.forEach((image, index) => {
    const left = (index % columns) * side
    const top = Math.floor(index / columns) * side
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const out = 3 * ((top + y) * width + left + x)
        for (let c = 0; c < 3; c++) data[out + c] = blockMean(image, x * factor, y * factor, factor, c)
      }
    }
  })
  return { width, height, data }
}

function blockMean({ data, width }: ColorImage, left: number, top: number, side: number, channel: number): number {
  let sum = 0
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) sum += data[3 * (y * width + x) + channel]
  return Math.round(sum / (side * side))
}
