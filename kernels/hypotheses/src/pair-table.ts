import type { OrientedPoints } from './oriented-points.ts'

/** Distance bins up to 1.1 diameters and angle bins of 12 degrees; ENGINE figures: 0.065 d and 15 bins. */
export const DISTANCE_BINS = 17
export const ANGLE_BINS = 15
export const DISTANCE_STEP = 0.065
const CELLS = DISTANCE_BINS * ANGLE_BINS * ANGLE_BINS * ANGLE_BINS
const RADIANS_PER_ANGLE_BIN = Math.PI / ANGLE_BINS

/** All ordered pairs of model points, indexed by their four features. */
export interface PairTable {
  readonly points: OrientedPoints
  /** mm */
  readonly diameter: number
  /** [CELLS + 1] offsets into `pairs` */
  readonly cellStart: Uint32Array
  /** first point index in the low 16 bits, second in the high 16 bits */
  readonly pairs: Uint32Array
}

/** Cell of four continuous bin coordinates; every coordinate is clamped to its range. */
export function cellOf(distanceBin: number, a: number, b: number, c: number): number {
  const d = distanceBin < 0 ? 0 : distanceBin >= DISTANCE_BINS ? DISTANCE_BINS - 1 : distanceBin | 0
  const i = a < 0 ? 0 : a >= ANGLE_BINS ? ANGLE_BINS - 1 : a | 0
  const j = b < 0 ? 0 : b >= ANGLE_BINS ? ANGLE_BINS - 1 : b | 0
  const k = c < 0 ? 0 : c >= ANGLE_BINS ? ANGLE_BINS - 1 : c | 0
  return ((d * ANGLE_BINS + i) * ANGLE_BINS + j) * ANGLE_BINS + k
}

/**
 * Writes the four features of an oriented pair in units of bins: distance, the angles of both normals with the
 * connecting line, and the angle between the normals.
 *
 * @returns the distance in mm
 * @source Wahl et al. 2003 / Drost et al. 2010, eq. 1 (the feature only; no voting)
 */
export function pairFeatureInto(
  out: Float64Array,
  points: OrientedPoints,
  first: number,
  second: number,
  binsPerMillimeter: number,
): number {
  const p = points.positions
  const n = points.normals
  const i = 3 * first
  const j = 3 * second
  const dx = p[j] - p[i]
  const dy = p[j + 1] - p[i + 1]
  const dz = p[j + 2] - p[i + 2]
  const distance = Math.sqrt(dx * dx + dy * dy + dz * dz)
  const inverse = distance > 0 ? 1 / distance : 0
  const c1 = (n[i] * dx + n[i + 1] * dy + n[i + 2] * dz) * inverse
  const c2 = (n[j] * dx + n[j + 1] * dy + n[j + 2] * dz) * inverse
  const c3 = n[i] * n[j] + n[i + 1] * n[j + 1] + n[i + 2] * n[j + 2]
  out[0] = distance * binsPerMillimeter
  out[1] = Math.acos(c1 < -1 ? -1 : c1 > 1 ? 1 : c1) / RADIANS_PER_ANGLE_BIN
  out[2] = Math.acos(c2 < -1 ? -1 : c2 > 1 ? 1 : c2) / RADIANS_PER_ANGLE_BIN
  out[3] = Math.acos(c3 < -1 ? -1 : c3 > 1 ? 1 : c3) / RADIANS_PER_ANGLE_BIN
  return distance
}

/**
 * Indexes all ordered pairs of the model's sample by feature cell (counting sort; no hash).
 *
 * @param points    model sample, object; at most 65536 points, 350-1150 in practice
 * @param diameter  mm
 * @throws {RangeError} fewer than 2 or more than 65536 points
 * @cost O(n²) time; 4 bytes a pair
 */
export function buildPairTable(points: OrientedPoints, diameter: number): PairTable {
  const n = points.positions.length / 3
  if (n < 2 || n > 65536) throw new RangeError(`a pair table needs 2 to 65536 points, got ${n}`)
  const binsPerMillimeter = 1 / (DISTANCE_STEP * diameter)
  const cells = new Int32Array(n * n)
  const counts = new Uint32Array(CELLS + 1)
  const feature = new Float64Array(4)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) {
        cells[i * n + j] = -1
        continue
      }
      pairFeatureInto(feature, points, i, j, binsPerMillimeter)
      const cell = feature[0] >= DISTANCE_BINS ? -1 : cellOf(feature[0], feature[1], feature[2], feature[3])
      cells[i * n + j] = cell
      if (cell >= 0) counts[cell + 1]++
    }
  }
  for (let c = 0; c < CELLS; c++) counts[c + 1] += counts[c]
  const cellStart = counts.slice()
  const pairs = new Uint32Array(counts[CELLS])
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const cell = cells[i * n + j]
      if (cell >= 0) pairs[counts[cell]++] = (i | (j << 16)) >>> 0
    }
  }
  return { points, diameter, cellStart, pairs }
}
