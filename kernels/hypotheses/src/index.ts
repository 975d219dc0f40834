// Pose hypotheses, from oriented point pairs or from evenly turned views, raced against the frame.
export * from './generate-pair-hypotheses.ts'
export * from './generate-view-hypotheses.ts'
export * from './oriented-points.ts'
export { buildPairTable, type PairTable } from './pair-table.ts'
export { createRaceWorkspace, type RaceWorkspace } from './race-poses.ts'
export { quickScoreOf, scoreOfTally, TALLY_SIZE, tallyPoints, toleranceAt } from './quick-score.ts'
export * from './thin-poses.ts'
