import type { Mask } from '@sextant/geometry'

/** Grows a mask by `radius` px (disc). */
export function dilateMask(mask: Mask, radius: number): Mask {
  return spread(mask, radius, 1)
}

/** Shrinks a mask by `radius` px (disc); the image border does not shrink it. */
export function erodeMask(mask: Mask, radius: number): Mask {
  return spread(mask, radius, 0)
}

/**
 * Cuts a mask by a straight line so that `share` of its pixels is left, as over-segmentation does.
 *
 * @param angle  direction in which the kept part lies, rad, image axes
 */
export function cutMask(mask: Mask, share: number, angle: number): Mask {
  const { width, data } = mask
  const along = (i: number): number => (i % width) * Math.cos(angle) + Math.floor(i / width) * Math.sin(angle)
  const inside: number[] = []
  data.forEach((value, i) => {
    if (value !== 0) inside.push(i)
  })
  inside.sort((a, b) => along(b) - along(a))
  const out = new Uint8Array(data.length)
  for (const i of inside.slice(0, Math.max(1, Math.round(share * inside.length)))) out[i] = 1
  return { ...mask, data: out }
}

/** Union of two masks of one size. */
export function mergeMasks(a: Mask, b: Mask): Mask {
  if (a.data.length !== b.data.length) throw new RangeError('the masks differ in size')
  return { ...a, data: a.data.map((value, i) => (value !== 0 || b.data[i] !== 0 ? 1 : 0)) }
}

/** Least distance between the masks, px, on every third pixel; infinite when one is empty. */
export function maskDistance(a: Mask, b: Mask): number {
  const points = ({ width, height, data }: Mask): number[][] => {
    const out: number[][] = []
    for (let y = 0; y < height; y += 3)
      for (let x = 0; x < width; x += 3) if (data[y * width + x] !== 0) out.push([x, y])
    return out
  }
  const others = points(b)
  let least = Infinity
  for (const [x = 0, y = 0] of points(a)) {
    for (const [u = 0, v = 0] of others) least = Math.min(least, (x - u) ** 2 + (y - v) ** 2)
  }
  return Math.sqrt(least)
}

/** Pixels within `radius` of one that has `value` take it. */
function spread({ width, height, data }: Mask, radius: number, value: 0 | 1): Mask {
  const out = data.map((inside) => (inside !== 0 ? 1 : 0))
  const reach = Math.floor(radius)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] !== 0 ? 1 : 0) !== value) continue
      for (let v = -reach; v <= reach; v++) {
        for (let u = -reach; u <= reach; u++) {
          if (u * u + v * v > radius * radius || y + v < 0 || x + u < 0 || y + v >= height || x + u >= width) continue
          out[(y + v) * width + x + u] = value
        }
      }
    }
  }
  return { width, height, data: out }
}
