/**
 * Brightness of the pixel at offset `i` of [n, 3] sRGB, 0..255.
 * @source ITU-R BT.601
 */
export function luminanceOf(colors: Uint8Array, i: number): number {
  return 0.299 * colors[i] + 0.587 * colors[i + 1] + 0.114 * colors[i + 2]
}
