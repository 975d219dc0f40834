/**
 * An over-segmentation and its merge tree. Nodes 0..leafCount-1 are leaves; every later node joins two earlier ones.
 * A node is a set of leaves, and its pixels are contiguous in `pixelOrder`.
 */
export interface RegionTree {
  /** grid size, px */
  readonly width: number
  readonly height: number
  /** image pixels per grid pixel */
  readonly step: number
  readonly leafCount: number
  readonly nodeCount: number
  /** [height, width] leaf of each grid pixel; -1 outside all leaves */
  readonly labels: Int32Array
  /** [nodeCount, 2] children; -1 for leaves */
  readonly children: Int32Array
  /** [nodeCount] -1 for roots */
  readonly parents: Int32Array
  /** [nodeCount] mean boundary weight at which the children were joined; 0 for leaves */
  readonly mergeWeights: Float32Array
  /** grid indices of all labelled pixels, grouped so that each node is one range */
  readonly pixelOrder: Int32Array
  /** [nodeCount, 2] range of the node in `pixelOrder` */
  readonly ranges: Int32Array
  /** [pairCount, 2] leaves that touch along a weak boundary and are not siblings */
  readonly pairs: Int32Array
  /** of all nodes */
  readonly measures: NodeMeasures
}

/** Measures that add up along the tree. */
export interface NodeMeasures {
  /** [n, 4] sum of camera x, y, z, mm, and number of pixels with depth */
  readonly sums: Float64Array
  /** [n, DIRECTION_COUNT, 2] lowest and highest projection on each direction, mm */
  readonly spans: Float32Array
  /** [n, 4] x0, y0, x1, y1 exclusive, grid px */
  readonly boxes: Int32Array
}

/** Half of a cube's axes, face and space diagonals: 13 directions see any diameter to within 9 %. */
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
export const DIRECTION_COUNT: number = DIRECTIONS.length / 3

/** Diameter of one node as the widest of the directions, mm. */
export function extentOf(spans: Float32Array, node: number): number {
  let extent = 0
  for (let k = 2 * DIRECTION_COUNT * node; k < 2 * DIRECTION_COUNT * (node + 1); k += 2) {
    extent = Math.max(extent, spans[k + 1] - spans[k])
  }
  return extent
}

/** Writes the union of nodes `a` and `b` to node `out`. */
export function joinMeasuresInto(measures: NodeMeasures, out: number, a: number, b: number): void {
  const { sums, spans, boxes } = measures
  for (let c = 0; c < 4; c++) sums[4 * out + c] = sums[4 * a + c] + sums[4 * b + c]
  const width = 2 * DIRECTION_COUNT
  for (let k = 0; k < width; k += 2) {
    spans[width * out + k] = Math.min(spans[width * a + k], spans[width * b + k])
    spans[width * out + k + 1] = Math.max(spans[width * a + k + 1], spans[width * b + k + 1])
  }
  for (let k = 0; k < 2; k++) {
    boxes[4 * out + k] = Math.min(boxes[4 * a + k], boxes[4 * b + k])
    boxes[4 * out + 2 + k] = Math.max(boxes[4 * a + 2 + k], boxes[4 * b + 2 + k])
  }
}
