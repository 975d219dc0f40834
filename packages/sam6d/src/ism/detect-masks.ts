import { resizeMaskInto } from './resize-mask.ts'
import { suppressOverlaps, type Corners } from './suppress-overlaps.ts'

/** Numbers that make a mask of the prototypes. */
export const MASK_COEFFICIENTS = 32
/** cx, cy, width, height, score. */
const BOX_ROWS = 5
export const DETECTION_ROWS = BOX_ROWS + MASK_COEFFICIENTS
/** Pixels of the square per cell of the prototypes. */
export const PROTOTYPE_STRIDE = 4

export interface DetectOptions {
  readonly minScore: number
  readonly overlapLimit: number
  readonly most: number
}

/** As SAM-6D's wrapper around FastSAM asks. */
export const DETECT_DEFAULTS: DetectOptions = { minScore: 0.25, overlapLimit: 0.9, most: 200 }

/** One instance as a YOLO segmentation network answers it. */
export interface MaskDetection {
  /** px of the square, not clipped */
  readonly box: Corners
  readonly score: number
  /** [32] */
  readonly coefficients: Float32Array
}

/**
 * Boxes with a score above the threshold, best first, without those that overlap a better one.
 *
 * @param rows  [37, n]: cx, cy, width, height in px of the square, score, mask coefficients
 * @source Ultralytics 8, non_max_suppression with one class; torchvision.ops.nms
 */
export function selectDetections(rows: Float32Array, options: Partial<DetectOptions> = {}): MaskDetection[] {
  const { minScore, overlapLimit, most } = { ...DETECT_DEFAULTS, ...options }
  const n = rows.length / DETECTION_ROWS
  const found: MaskDetection[] = []
  for (let i = 0; i < n; i++) {
    const score = rows[4 * n + i]
    const box = boxAt(rows, n, i)
    if (!(score > minScore) || !box.every(Number.isFinite)) continue
    const coefficients = Float32Array.from({ length: MASK_COEFFICIENTS }, (_, k) => rows[(BOX_ROWS + k) * n + i])
    found.push({ box, score, coefficients })
  }
  const boxes = found.map(({ box }) => box)
  const scores = found.map(({ score }) => score)
  return suppressOverlaps(boxes, scores, overlapLimit, most).map((i) => found[i])
}

/** The network answers in float32, and so are the corners. */
function boxAt(rows: Float32Array, n: number, i: number): Corners {
  const [cx, cy, halfWidth, halfHeight] = [rows[i], rows[n + i], rows[2 * n + i] / 2, rows[3 * n + i] / 2]
  const corners = [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight]
  return corners.map(Math.fround) as unknown as Corners
}

/**
 * The mask of a detection: a blend of the prototypes, cut to the box among their cells, enlarged and thresholded.
 *
 * @param scratch     [side, side]; overwritten
 * @param prototypes  [32, side / 4, side / 4]
 * @param side        px of the square
 * @returns [side, side] 0 or 1
 * @source Ultralytics 8, process_mask
 */
export function decodeMask(
  scratch: Float32Array,
  { box, coefficients }: MaskDetection,
  prototypes: Float32Array,
  side: number,
): Uint8Array {
  const cells = side / PROTOTYPE_STRIDE
  const [left, top, right, bottom] = box.map((value) => cellAt(value / PROTOTYPE_STRIDE, cells))
  const blend = new Float32Array(cells * cells)
  for (let v = top; v < bottom; v++) {
    for (let u = left; u < right; u++) {
      let sum = 0
      for (let k = 0; k < MASK_COEFFICIENTS; k++) sum += coefficients[k] * prototypes[(k * cells + v) * cells + u]
      blend[v * cells + u] = 1 / (1 + Math.exp(-sum))
    }
  }
  resizeMaskInto(scratch, { width: cells, height: cells, data: blend }, { width: side, height: side })
  const mask = new Uint8Array(side * side)
  for (let i = 0; i < mask.length; i++) mask[i] = scratch[i] > 0.5 ? 1 : 0
  return mask
}

/** First cell at or after a border of the box. */
function cellAt(border: number, cells: number): number {
  return Math.min(Math.max(Math.ceil(border), 0), cells)
}
