/** COCO uncompressed run-length encoding: column-major, the first run counts zeros. */
export interface Rle {
  /** [height, width] */
  readonly size: readonly [number, number]
  readonly counts: readonly number[]
}

/** Pixel box, `x1`/`y1` exclusive: covers columns x0..x1-1 and rows y0..y1-1. */
export interface Box {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** Where a detection comes from, which decides how far its mask is trusted. */
export type DetectionSource = 'user' | 'proposal' | 'network'

/** One 2D answer of segmentation: where an instance may be. */
export interface Detection {
  readonly mask: Rle
  readonly box: Box
  /** 0..1; comparable within one frame and object only */
  readonly score: number
  readonly source: DetectionSource
  /** parts of the score by name, 0..1 */
  readonly scoreParts?: Readonly<Record<string, number>>
  /** index of the template that fits best */
  readonly templateIndex?: number
}
