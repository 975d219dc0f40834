// How well the score tells there from not there, and whether it is a probability.
import {
  calibrationError,
  calibrationFloorOf,
  fitLogistic,
  recallAtFalsePositiveRate,
  reliabilityOf,
  rocOf,
  type CalibrationFloor,
  type ReliabilityBin,
  type RocPoint,
  type ScoredAnswer,
} from '@sextant/evaluation'
import type { TaskResult } from './evaluation-task.ts'
import { RIGHT_MSSD } from './run-task.ts'

export interface RejectionSummary {
  readonly presentCount: number
  readonly absentCount: number
  readonly roc: readonly RocPoint[]
  /** null: no threshold keeps the false-positive rate */
  readonly atTwoPercent: RocPoint | null
  /** the same for instances at least 30 % visible; null where visibility is not stated */
  readonly atTwoPercentVisible: RocPoint | null
  readonly calibrationError: number
  /** the error of as many answers with these scores if those were probabilities */
  readonly calibrationFloor: CalibrationFloor
  readonly reliability: readonly ReliabilityBin[]
  /** logistic of the verification score that fits these answers best */
  readonly fit: { readonly slope: number; readonly midpoint: number } | null
}

const VISIBLE = 0.3
const FALSE_POSITIVE_LIMIT = 0.02

/** @param results  of the conditions scene and absent */
export function summarizeRejection(results: readonly TaskResult[]): RejectionSummary {
  const rows = results.filter((result) => result.condition === 'scene').flatMap((result) => result.rows)
  const absent = results.flatMap((result) => result.absent).map((row) => row.score ?? -Infinity)
  const answers = results.flatMap((result) => result.answers)
  const presentOf = (list: typeof rows): ScoredAnswer[] =>
    list.map((row) => ({ score: row.score ?? -Infinity, isRight: row.mssdPerDiameter < RIGHT_MSSD }))
  const roc = rocOf(presentOf(rows), absent)
  const visible = rows.filter((row) => (row.visibleFraction ?? 0) >= VISIBLE)
  const right = answers.filter((answer) => answer.isRight).length
  return {
    presentCount: rows.length,
    absentCount: absent.length,
    roc,
    atTwoPercent: recallAtFalsePositiveRate(roc, FALSE_POSITIVE_LIMIT),
    atTwoPercentVisible:
      visible.length === 0 ? null : recallAtFalsePositiveRate(rocOf(presentOf(visible), absent), FALSE_POSITIVE_LIMIT),
    calibrationError: calibrationError(answers),
    calibrationFloor: calibrationFloorOf(answers.map((answer) => answer.score)),
    reliability: reliabilityOf(answers),
    fit:
      right === 0 || right === answers.length
        ? null
        : fitLogistic(answers.map(({ parts, isRight }) => ({ score: parts.verification, isRight }))),
  }
}

export function formatRejection(summary: RejectionSummary): string {
  const point = (p: RocPoint | null): string =>
    p === null
      ? 'none'
      : `recall ${p.recall.toFixed(3)} at false-positive rate ${p.falsePositiveRate.toFixed(3)}, score ${p.threshold.toFixed(2)}`
  const floor = summary.calibrationFloor
  return [
    `absent objects: ${summary.presentCount} instances present, ${summary.absentCount} questions about absent objects`,
    `  all instances           ${point(summary.atTwoPercent)}`,
    `  at least 30 % visible   ${point(summary.atTwoPercentVisible)}`,
    `  calibration error       ${summary.calibrationError.toFixed(3)}, of a true probability ${floor.mean.toFixed(3)}, at most ${floor.high.toFixed(3)} in 19 of 20`,
    ...(summary.fit === null
      ? []
      : [
          `  best logistic           slope ${summary.fit.slope.toFixed(2)}, midpoint ${summary.fit.midpoint.toFixed(3)}`,
        ]),
  ].join('\n')
}
