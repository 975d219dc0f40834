import { VIEW_SIZE } from '../networks/vision-transformer.ts'

/** Source row and column of each output row and column; -1 is padding. */
export interface CropMap {
  /** [224] */
  readonly rows: Int32Array
  /** [224] */
  readonly columns: Int32Array
}

/**
 * How a box becomes a 224 x 224 crop: scaled to fit by nearest neighbour, centred, padded with zeros. The scale is rounded
 * to float32 twice, which decides whether a side becomes 223 or 224 pixels.
 *
 * @param box  x1, y1, x2, y2; ends exclusive
 * @throws {RangeError} the box has no area, or its short side vanishes
 */
export function mapCrop(box: ArrayLike<number>): CropMap {
  const [x1, y1, x2, y2] = [box[0], box[1], box[2], box[3]]
  const longest = Math.max(x2 - x1, y2 - y1)
  const scale = Math.fround(Math.fround(1 / longest) * VIEW_SIZE)
  const rows = nearestMap(y2 - y1, scale)
  const columns = nearestMap(x2 - x1, scale)
  if (rows.length === 0 || columns.length === 0) throw new RangeError(`the box ${x1}, ${y1}, ${x2}, ${y2} is too thin`)
  const isSquare = rows.length === columns.length
  return { rows: place(rows, y1, isSquare), columns: place(columns, x1, isSquare) }
}

function nearestMap(size: number, scale: number): Int32Array {
  const inverse = Math.fround(1 / scale)
  return Int32Array.from({ length: Math.floor(size * scale) }, (_, i) =>
    Math.min(Math.floor(Math.fround(i * inverse)), size - 1),
  )
}

/** Centred in 224; a square of 223 is stretched by repeating an index. */
function place(map: Int32Array, start: number, isSquare: boolean): Int32Array {
  const out = new Int32Array(VIEW_SIZE).fill(-1)
  if (isSquare) {
    const inverse = Math.fround(1 / (VIEW_SIZE / map.length))
    return out.map((_, i) => start + map[Math.min(Math.floor(Math.fround(i * inverse)), map.length - 1)])
  }
  const offset = Math.floor((VIEW_SIZE - map.length) / 2)
  map.forEach((index, i) => {
    out[offset + i] = start + index
  })
  return out
}
