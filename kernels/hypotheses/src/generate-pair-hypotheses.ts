// Notes. The generator samples oriented pairs, not reference points, and keeps no accumulator: complete poses are
// raced against the frame breadth first. Ranked racing, not absolute thresholds: thresholds lose occluded and thin
// objects. Budgets of 15-25 thousand poses for one mask and 1-2 thousand for one segment are where accuracy saturates.
import type { Rng, LookupGrid } from '@sextant/geometry'
import type { OrientedPoints } from './oriented-points.ts'
import { cellOf, DISTANCE_BINS, DISTANCE_STEP, pairFeatureInto, type PairTable } from './pair-table.ts'
import { pairBasisInto, poseFromPairInto } from './pose-from-pair.ts'
import { openRace, type RaceWorkspace } from './race-poses.ts'
import type { HypothesisList } from './thin-poses.ts'

export interface PairHypothesisOptions {
  /** complete poses raced */
  readonly poseBudget: number
  /** share of the budget that only accepts pairs of fitting colour; the rest is colour-blind */
  readonly coloredShare: number
  /** L1 distance of chromaticities that still fits */
  readonly chromaTolerance: number
  /** probability of skipping a coplanar pair */
  readonly flatSkip: number
  /** most poses returned */
  readonly limit: number
}

export const PAIR_HYPOTHESIS_DEFAULTS: PairHypothesisOptions = {
  poseBudget: 25_000,
  coloredShare: 0.6,
  chromaTolerance: 0.12,
  flatSkip: 0,
  limit: 250,
}

const PAIRS_PER_CELL = 48
const PARTNER_TRIES = 8
const LENGTH_TOLERANCE = 0.035
const NORMAL_COSINE = Math.cos((22 * Math.PI) / 180)
const FLAT_COSINE = Math.cos((80 * Math.PI) / 180)
const FLAT_MUTUAL_COSINE = Math.cos((20 * Math.PI) / 180)

/**
 * Samples oriented pairs of the scene, looks up model pairs of the same shape, and races the complete poses they
 * give against the frame.
 *
 * @param ws           workspace; overwritten
 * @param table        the model's pairs; object coordinates with the origin at the object's centre
 * @param checkPoints  model sample in farthest-point order, at least 180 points for a full race
 * @param scene        oriented points of the searched region, camera
 * @param grid         the whole frame
 * @param noise        standard deviation of inverse depth, 1/mm
 * @returns poses best first, thinned to 0.042 d and 8.4 degrees; empty when no pair fits
 * @source oriented pairs: Winkelbach et al. 2006, Papazov & Burschka 2010; racing: preemptive RANSAC, Nister 2003
 */
export function generatePairHypotheses(
  ws: RaceWorkspace,
  table: PairTable,
  checkPoints: OrientedPoints,
  scene: OrientedPoints,
  grid: LookupGrid,
  noise: number,
  options: PairHypothesisOptions,
  rng: Rng,
): HypothesisList {
  const n = scene.positions.length / 3
  if (n < 2) return { count: 0, poses: new Float32Array(0), scores: new Float32Array(0) }
  const order = shuffledIndices(n, rng)
  const { diameter } = table
  const extent = extentOf(scene.positions)
  const minDistance = Math.min(0.25 * diameter, 0.35 * extent)
  const binsPerMillimeter = 1 / (DISTANCE_STEP * diameter)
  const canMatchColor = scene.chroma !== null && table.points.chroma !== null
  const feature = new Float64Array(4)
  const sceneBasis = new Float64Array(9)
  const modelBasis = new Float64Array(9)

  const race = openRace(ws, checkPoints, grid, diameter, noise)
  let produced = 0
  let cursor = 0
  // A region whose pairs fit nothing must not spin: a pair costs at least one attempt.
  const maxAttempts = 4 * options.poseBudget + 64
  for (let attempt = 0; attempt < maxAttempts && produced < options.poseBudget; attempt++) {
    const first = order[cursor]
    cursor = cursor + 1 === n ? 0 : cursor + 1
    const second = drawPartner(scene.positions, first, n, minDistance, diameter, rng)
    if (second < 0) continue
    const length = pairFeatureInto(feature, scene, first, second, binsPerMillimeter)
    if (feature[0] >= DISTANCE_BINS) continue
    if (options.flatSkip > 0 && isFlatPair(scene, first, second, length) && rng.next() < options.flatSkip) continue
    const cell = cellOf(
      feature[0] + 0.5 * (rng.next() - 0.5),
      feature[1] + 0.7 * (rng.next() - 0.5),
      feature[2] + 0.7 * (rng.next() - 0.5),
      feature[3] + 0.7 * (rng.next() - 0.5),
    )
    const start = table.cellStart[cell]
    const size = table.cellStart[cell + 1] - start
    if (size === 0) continue
    const mode = pairBasisInto(sceneBasis, scene, first, second, 0)
    if (mode === 0) continue
    // Colours that fit nowhere (another light, a repainted part) must not eat the share of the colour-blind.
    const isColored =
      canMatchColor &&
      produced < options.coloredShare * options.poseBudget &&
      attempt < options.coloredShare * maxAttempts
    const taken = Math.min(size, PAIRS_PER_CELL)
    const stride = size / taken
    const offset = rng.next() * stride
    for (let k = 0; k < taken && produced < options.poseBudget; k++) {
      const pair = table.pairs[start + Math.min(size - 1, Math.floor(offset + k * stride))]
      const i = pair & 0xffff
      const j = pair >>> 16
      if (isColored && !chromaFits(scene, first, second, table.points, i, j, options.chromaTolerance)) continue
      if (Math.abs(pairLength(table.points.positions, i, j) - length) > LENGTH_TOLERANCE * diameter) continue
      if (pairBasisInto(modelBasis, table.points, i, j, mode) === 0) continue
      const slot = race.nextOffset()
      const fits = poseFromPairInto(
        ws.batch, slot, scene, first, second, sceneBasis, table.points, i, j, modelBasis, NORMAL_COSINE,
      ) // prettier-ignore
      if (!fits || ws.batch[slot + 11] <= 0) continue
      race.enter()
      produced++
    }
  }
  return race.finish(options.limit)
}

function shuffledIndices(n: number, rng: Rng): Uint32Array {
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = n - 1; i > 0; i--) {
    const j = rng.integer(i + 1)
    const swap = order[i]
    order[i] = order[j]
    order[j] = swap
  }
  return order
}

function drawPartner(
  positions: Float32Array,
  first: number,
  n: number,
  minDistance: number,
  maxDistance: number,
  rng: Rng,
): number {
  for (let attempt = 0; attempt < PARTNER_TRIES; attempt++) {
    const second = rng.integer(n)
    const distance = pairLength(positions, first, second)
    if (second !== first && distance >= minDistance && distance <= maxDistance) return second
  }
  return -1
}

function pairLength(positions: Float32Array, first: number, second: number): number {
  const dx = positions[3 * second] - positions[3 * first]
  const dy = positions[3 * second + 1] - positions[3 * first + 1]
  const dz = positions[3 * second + 2] - positions[3 * first + 2]
  return Math.sqrt(dx * dx + dy * dy + dz * dz)
}

function isFlatPair(points: OrientedPoints, first: number, second: number, length: number): boolean {
  const p = points.positions
  const n = points.normals
  const i = 3 * first
  const j = 3 * second
  const dx = p[j] - p[i]
  const dy = p[j + 1] - p[i + 1]
  const dz = p[j + 2] - p[i + 2]
  const c1 = Math.abs(n[i] * dx + n[i + 1] * dy + n[i + 2] * dz) / length
  const c2 = Math.abs(n[j] * dx + n[j + 1] * dy + n[j + 2] * dz) / length
  const mutual = n[i] * n[j] + n[i + 1] * n[j + 1] + n[i + 2] * n[j + 2]
  return c1 < FLAT_COSINE && c2 < FLAT_COSINE && mutual > FLAT_MUTUAL_COSINE
}

function chromaFits(
  scene: OrientedPoints,
  first: number,
  second: number,
  model: OrientedPoints,
  i: number,
  j: number,
  tolerance: number,
): boolean {
  const s = scene.chroma
  const m = model.chroma
  if (s === null || m === null) return true
  return (
    Math.abs(s[2 * first] - m[2 * i]) + Math.abs(s[2 * first + 1] - m[2 * i + 1]) < tolerance &&
    Math.abs(s[2 * second] - m[2 * j]) + Math.abs(s[2 * second + 1] - m[2 * j + 1]) < tolerance
  )
}

/** Diagonal of the bounding box, mm. */
function extentOf(positions: Float32Array): number {
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  for (let i = 0; i < positions.length; i += 3) {
    for (let a = 0; a < 3; a++) {
      low[a] = Math.min(low[a], positions[i + a])
      high[a] = Math.max(high[a], positions[i + a])
    }
  }
  return Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2])
}
