import type { ColorImage, Mask, PinholeCamera } from '@sextant/geometry'

export type Rgb = readonly [number, number, number]

/** A copy to draw on. */
export function copyImage(image: ColorImage): ColorImage {
  return { width: image.width, height: image.height, data: image.data.slice() }
}

function blendPixel(image: ColorImage, x: number, y: number, color: Rgb, alpha: number): void {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return
  const o = 3 * (y * image.width + x)
  for (let c = 0; c < 3; c++) image.data[o + c] = image.data[o + c] * (1 - alpha) + color[c] * alpha
}

/** Straight line with soft edges. @param thickness px */
export function drawLine(
  image: ColorImage,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  color: Rgb,
  thickness = 2,
): void {
  const dx = x1 - x0
  const dy = y1 - y0
  const squared = dx * dx + dy * dy
  const reach = thickness / 2 + 1
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach))
  const right = Math.min(image.width - 1, Math.ceil(Math.max(x0, x1) + reach))
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach))
  const bottom = Math.min(image.height - 1, Math.ceil(Math.max(y0, y1) + reach))
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / squared))
      const distance = Math.hypot(x - x0 - t * dx, y - y0 - t * dy)
      const alpha = Math.min(1, thickness / 2 + 0.5 - distance)
      if (alpha > 0) blendPixel(image, x, y, color, alpha)
    }
  }
}

/** Tints the pixels inside and draws their outline opaque. */
export function drawMask(image: ColorImage, mask: Mask, color: Rgb, alpha = 0.35): void {
  const { width, height, data } = mask
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const o = y * width + x
      if (data[o] === 0) continue
      const isInner =
        x > 0 && y > 0 && x < width - 1 && y < height - 1 &&
        data[o - 1] !== 0 && data[o + 1] !== 0 && data[o - width] !== 0 && data[o + width] !== 0 // prettier-ignore
      blendPixel(image, x, y, color, isInner ? alpha : 1)
    }
  }
}

/** Rectangle outline; x1, y1 exclusive. */
export function drawBox(
  image: ColorImage,
  box: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number },
  color: Rgb,
  thickness = 2,
): void {
  const { x0, y0 } = box
  const x1 = box.x1 - 1
  const y1 = box.y1 - 1
  drawLine(image, [x0, y0], [x1, y0], color, thickness)
  drawLine(image, [x1, y0], [x1, y1], color, thickness)
  drawLine(image, [x1, y1], [x0, y1], color, thickness)
  drawLine(image, [x0, y1], [x0, y0], color, thickness)
}

/**
 * Draws the object's axes: x red, y green, z blue.
 *
 * @param cameraFromObject  row-major 4x4, mm
 * @param origin            point of the object the axes start from, mm, object
 * @param length            mm
 */
export function drawAxes(
  image: ColorImage,
  camera: PinholeCamera,
  cameraFromObject: Float64Array,
  origin: ArrayLike<number>,
  length: number,
): void {
  const project = (offset: readonly number[]): [number, number] | null => {
    const p = [origin[0] + offset[0], origin[1] + offset[1], origin[2] + offset[2]]
    const [x, y, z] = [0, 4, 8].map(
      (r) =>
        cameraFromObject[r] * p[0] +
        cameraFromObject[r + 1] * p[1] +
        cameraFromObject[r + 2] * p[2] +
        cameraFromObject[r + 3],
    )
    return z > 1 ? [(camera.fx * x) / z + camera.cx, (camera.fy * y) / z + camera.cy] : null
  }
  const start = project([0, 0, 0])
  if (start === null) return
  const axes: [readonly number[], Rgb][] = [
    [
      [length, 0, 0],
      [235, 60, 50],
    ],
    [
      [0, length, 0],
      [60, 190, 70],
    ],
    [
      [0, 0, length],
      [60, 110, 240],
    ],
  ]
  for (const [offset, color] of axes) {
    const end = project(offset)
    if (end !== null) drawLine(image, start, end, color, 3)
  }
}

/** 3x5 glyphs, one row of three bits per octal digit, top to bottom. */
const GLYPHS: Readonly<Record<string, string>> = {
  '0': '75557', '1': '26227', '2': '71747', '3': '71717', '4': '55711', '5': '74717', '6': '74757', '7': '71122',
  '8': '75757', '9': '75717', A: '25755', B: '65656', C: '34443', D: '65556', E: '74647', F: '74644', G: '34553',
  H: '55755', I: '72227', J: '11152', K: '55655', L: '44447', M: '57755', N: '57775', O: '25552', P: '65644',
  Q: '25563', R: '65655', S: '34216', T: '72222', U: '55557', V: '55552', W: '55775', X: '55255', Y: '55222',
  Z: '71247', '.': '00002', ',': '00024', '-': '00700', _: '00007', ':': '02020', '%': '51245', '/': '11244', '#': '57575',
} // prettier-ignore

/** Draws text in a small built-in font on a dark plate. @param size px of one font dot */
export function drawText(image: ColorImage, text: string, x: number, y: number, color: Rgb, size = 2): void {
  const width = text.length * 4 * size + size
  for (let v = y - size; v < y + 6 * size; v++) {
    for (let u = x - size; u < x + width; u++) blendPixel(image, u, v, [16, 18, 22], 0.7)
  }
  Array.from(text.toUpperCase()).forEach((character, index) => {
    Array.from(GLYPHS[character] ?? '00000').forEach((row, r) => {
      for (let c = 0; c < 3; c++) {
        if ((Number(row) & (4 >> c)) === 0) continue
        for (let v = 0; v < size; v++) {
          for (let u = 0; u < size; u++) blendPixel(image, x + (4 * index + c) * size + u, y + r * size + v, color, 1)
        }
      }
    })
  })
}
