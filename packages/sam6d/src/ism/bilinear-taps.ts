/** Index and weight of a source. */
export type Tap = [number, number]

/** PyTorch's bilinear interpolation of one axis, corners not aligned: two sources for each of `outSize` pixels. */
export function bilinearTaps(size: number, outSize: number): [Tap, Tap][] {
  return Array.from({ length: outSize }, (_, o) => {
    const position = Math.max(0, ((o + 0.5) * size) / outSize - 0.5)
    const base = Math.min(Math.floor(position), size - 1)
    const fraction = position - base
    return [
      [base, 1 - fraction],
      [Math.min(base + 1, size - 1), fraction],
    ]
  })
}
