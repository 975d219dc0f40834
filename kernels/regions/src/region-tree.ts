import type { GridColor } from './grid-color.ts'

/**
 * An over-segmentation and the merge hierarchies over it. All hierarchies share the leaves; they differ in what they
 * believe (geometry, colour), and an object is rarely missed by all of them.
 */
export interface RegionTree {
  /** grid size, px */
  readonly width: number
  readonly height: number
  /** image pixels per grid pixel */
  readonly step: number
  /** the colour that was looked at */
  readonly color: GridColor
  readonly leafCount: number
  /** [height, width] leaf of each grid pixel; -1 outside all leaves */
  readonly labels: Int32Array
  /** grid indices of all labelled pixels, grouped by leaf */
  readonly leafPixels: Int32Array
  /** [leafCount + 1] start of each leaf in `leafPixels` */
  readonly leafStarts: Int32Array
  readonly measures: LeafMeasures
  readonly hierarchies: readonly Hierarchy[]
  /** [pairCount, 2] leaves that touch along a weak boundary */
  readonly pairs: Int32Array
  readonly contacts: Contacts
}

/** Where leaves touch each other and where they end; edges are counted between 4-neighbours of the grid. */
export interface Contacts {
  /** [contactCount, 2] leaves, first < second */
  readonly leaves: Int32Array
  /** [contactCount] edges */
  readonly lengths: Int32Array
  /** [contactCount] mean boundary weight */
  readonly weights: Float32Array
  /** [leafCount] edges to excluded pixels, to far holes and to the image border */
  readonly rims: Int32Array
}

/** One merge tree. Nodes 0..leafCount-1 are the leaves; every later node joins two earlier ones. */
export interface Hierarchy {
  readonly nodeCount: number
  /** [nodeCount, 2] children; -1 for leaves */
  readonly children: Int32Array
  /** [nodeCount] -1 for roots */
  readonly parents: Int32Array
  /** [nodeCount] mean boundary weight at which the children were joined; 0 for leaves */
  readonly mergeWeights: Float32Array
  /** all leaves, depth first, so that the leaves of a node are one range */
  readonly leafOrder: Int32Array
  /** [nodeCount, 2] range of the node in `leafOrder` */
  readonly ranges: Int32Array
}

/** Measures that add up over leaves. */
export interface LeafMeasures {
  /** [n, 4] sum of camera x, y, z, mm, and number of pixels with depth */
  readonly sums: Float64Array
  /** [n, SPAN_WIDTH] lowest and highest projection on each of the `DIRECTIONS`, mm */
  readonly spans: Float32Array
  /** [n, 4] x0, y0, x1, y1 exclusive, grid px */
  readonly boxes: Int32Array
}

/** A cube's axes, face and space diagonals: 13 directions see any diameter to within 9 %. */
export const DIRECTIONS: Float64Array = (() => {
  const rows = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [1, -1, 0],
    [1, 0, 1],
    [1, 0, -1],
    [0, 1, 1],
    [0, 1, -1],
    [1, 1, 1],
    [1, 1, -1],
    [1, -1, 1],
    [1, -1, -1],
  ]
  return Float64Array.from(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))))
})()

/** Numbers per row of `spans`. */
export const SPAN_WIDTH: number = (2 * DIRECTIONS.length) / 3

/** Length of one component of a face and of a space diagonal. */
const FACE = 1 / Math.hypot(1, 1)
const SPACE = 1 / Math.hypot(1, 1, 1)

/**
 * Widens the row of `spans` at `at` by the projections of a point, mm, on the `DIRECTIONS`. Written out: the same bits as
 * the products, two thirds of the time.
 */
export function widenSpan(spans: Float32Array, at: number, x: number, y: number, z: number): void {
  widen(spans, at, x)
  widen(spans, at + 2, y)
  widen(spans, at + 4, z)
  const faceX = FACE * x
  const faceY = FACE * y
  const faceZ = FACE * z
  widen(spans, at + 6, faceX + faceY)
  widen(spans, at + 8, faceX - faceY)
  widen(spans, at + 10, faceX + faceZ)
  widen(spans, at + 12, faceX - faceZ)
  widen(spans, at + 14, faceY + faceZ)
  widen(spans, at + 16, faceY - faceZ)
  const sum = SPACE * x + SPACE * y
  const difference = SPACE * x - SPACE * y
  const spaceZ = SPACE * z
  widen(spans, at + 18, sum + spaceZ)
  widen(spans, at + 20, sum - spaceZ)
  widen(spans, at + 22, difference + spaceZ)
  widen(spans, at + 24, difference - spaceZ)
}

function widen(spans: Float32Array, at: number, projection: number): void {
  if (projection < spans[at]) spans[at] = projection
  if (projection > spans[at + 1]) spans[at + 1] = projection
}
