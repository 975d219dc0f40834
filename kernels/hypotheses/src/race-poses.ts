import type { LookupGrid } from '@sextant/geometry'
// Racing: complete poses meet the frame breadth first, and only the better part goes on.
import type { OrientedPoints } from './oriented-points.ts'
import { scoreOfTally, TALLY_SIZE, tallyPoints, toleranceAt } from './quick-score.ts'
import { thinPoses, type HypothesisList } from './thin-poses.ts'

/** Poses raced together. */
const BATCH = 2048
const RACE_STAGES = [24, 60, 180] as const
const KEEP_AFTER_STAGE = [0.25, 0.35, 1] as const
const MAX_SURVIVORS = 4096
const THIN_DISTANCE = 0.042
const THIN_ANGLE = (8.4 * Math.PI) / 180

/** Buffers of a race; one per worker, reused over calls. */
export interface RaceWorkspace {
  readonly batch: Float32Array
  readonly tally: Float32Array
  readonly scores: Float32Array
  readonly sorted: Float32Array
  readonly alive: Uint16Array
  readonly survivors: Float32Array
  readonly survivorScores: Float32Array
}

export function createRaceWorkspace(): RaceWorkspace {
  return {
    batch: new Float32Array(12 * BATCH),
    tally: new Float32Array(TALLY_SIZE * BATCH),
    scores: new Float32Array(BATCH),
    sorted: new Float32Array(BATCH),
    alive: new Uint16Array(BATCH),
    survivors: new Float32Array(12 * MAX_SURVIVORS),
    survivorScores: new Float32Array(MAX_SURVIVORS),
  }
}

/** A race that is going on: poses are written into the batch of the workspace one by one. */
export interface Race {
  /** where the next pose belongs in the batch; stays until it is entered */
  readonly nextOffset: () => number
  /** Lets the pose at that offset take part. */
  readonly enter: () => void
  /** Poses best first, thinned in SE(3). */
  readonly finish: (limit: number) => HypothesisList
}

/**
 * Opens a race for complete poses: full batches meet the frame breadth first, the best of each survive.
 *
 * @param ws           workspace; overwritten
 * @param checkPoints  model sample in farthest-point order
 * @param grid         the whole frame
 * @param diameter     of the model, mm
 * @param noise        standard deviation of inverse depth, 1/mm
 * @source preemptive RANSAC, Nister 2003
 */
export function openRace(
  ws: RaceWorkspace,
  checkPoints: OrientedPoints,
  grid: LookupGrid,
  diameter: number,
  noise: number,
): Race {
  let filled = 0
  let survivors = 0
  const raceFilled = (): void => {
    survivors = raceBatch(ws, filled, survivors, checkPoints, grid, diameter, noise)
    filled = 0
  }
  return {
    nextOffset: () => 12 * filled,
    enter: () => {
      filled++
      if (filled === BATCH) raceFilled()
    },
    finish: (limit) => {
      if (filled > 0) raceFilled()
      return thinPoses(ws.survivors, ws.survivorScores, survivors, THIN_DISTANCE * diameter, THIN_ANGLE, limit)
    },
  }
}

/** Races the first `count` poses of the batch and appends the best to the survivors; returns their new number. */
function raceBatch(
  ws: RaceWorkspace,
  count: number,
  survivors: number,
  checkPoints: OrientedPoints,
  grid: LookupGrid,
  diameter: number,
  noise: number,
): number {
  const { batch, tally, scores, sorted, alive } = ws
  tally.fill(0, 0, TALLY_SIZE * count)
  for (let i = 0; i < count; i++) alive[i] = i
  let aliveCount = count
  let from = 0
  const available = checkPoints.positions.length / 3
  for (let stage = 0; stage < RACE_STAGES.length; stage++) {
    const to = Math.min(RACE_STAGES[stage], available)
    for (let a = 0; a < aliveCount; a++) {
      const h = alive[a]
      const tolerance = 2.5 * toleranceAt(batch[12 * h + 11], diameter, noise)
      tallyPoints(tally, TALLY_SIZE * h, batch, 12 * h, checkPoints, from, to, grid, tolerance)
      scores[a] = scoreOfTally(tally, TALLY_SIZE * h)
    }
    from = to
    const keep = Math.max(1, Math.ceil(aliveCount * KEEP_AFTER_STAGE[stage]))
    if (keep < aliveCount) {
      const view = sorted.subarray(0, aliveCount)
      view.set(scores.subarray(0, aliveCount))
      view.sort()
      const threshold = view[aliveCount - keep]
      let kept = 0
      for (let a = 0; a < aliveCount && kept < keep; a++) {
        if (scores[a] >= threshold) {
          alive[kept] = alive[a]
          scores[kept++] = scores[a]
        }
      }
      aliveCount = kept
    }
  }
  let size = survivors
  for (let a = 0; a < aliveCount; a++) {
    if (size === MAX_SURVIVORS) size = keepBestHalf(ws, size)
    ws.survivors.set(batch.subarray(12 * alive[a], 12 * alive[a] + 12), 12 * size)
    ws.survivorScores[size++] = scores[a]
  }
  return size
}

/** Drops the worse half of the survivors in place. */
function keepBestHalf(ws: RaceWorkspace, count: number): number {
  const threshold = ws.survivorScores.slice(0, count).sort()[count >> 1]
  let kept = 0
  for (let i = 0; i < count && kept < count >> 1; i++) {
    if (ws.survivorScores[i] < threshold) continue
    ws.survivors.copyWithin(12 * kept, 12 * i, 12 * i + 12)
    ws.survivorScores[kept++] = ws.survivorScores[i]
  }
  return kept
}
