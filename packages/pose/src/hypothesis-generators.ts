import type { LookupGrid, Rng } from '@sextant/geometry'
import {
  generatePairHypotheses,
  generateViewHypotheses,
  PAIR_HYPOTHESIS_DEFAULTS,
  type HypothesisList,
  type OrientedPoints,
  type RaceWorkspace,
} from '@sextant/hypotheses'
import type { GeneratorName } from './options.ts'
import type { PreparedModel } from './prepare-model.ts'

/** What a generator is asked: poses of one object in one region of the frame. */
export interface HypothesisQuestion {
  readonly model: PreparedModel
  /** oriented points of the region, camera */
  readonly points: OrientedPoints
  /** the whole frame; inliers outside the region weigh less */
  readonly grid: LookupGrid
  /** standard deviation of inverse depth, 1/mm */
  readonly noise: number
  /** complete poses raced, and most poses returned */
  readonly poseBudget: number
  readonly limit: number
  readonly rng: Rng
}

/** The port: poses of the object's centre, best first; same question and random numbers, same answer. */
export type HypothesisGenerator = (ws: RaceWorkspace, question: HypothesisQuestion) => HypothesisList

export const HYPOTHESIS_GENERATORS: Readonly<Record<GeneratorName, HypothesisGenerator>> = {
  pairs: (ws, { model, points, grid, noise, poseBudget, limit, rng }) =>
    generatePairHypotheses(
      ws,
      model.pairTable,
      model.checkPoints,
      model.usesColor ? points : { ...points, chroma: null },
      grid,
      noise,
      { ...PAIR_HYPOTHESIS_DEFAULTS, poseBudget, limit },
      rng,
    ),
  views: (ws, { model, points, grid, noise, poseBudget, limit, rng }) =>
    generateViewHypotheses(ws, model.checkPoints, points, grid, model.diameter, noise, { poseBudget, limit }, rng),
}
