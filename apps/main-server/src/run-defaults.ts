import type { PoseOptionsV2 } from '@sextant/contracts'

/** Proposals handed from segmentation to pose: cluttered real frames need about 100. */
export const DETECTION_LIMIT = 100

/** What a request that names no options gets. */
export const OPTION_DEFAULTS: PoseOptionsV2 = {
  maxInstances: 1,
  scoreThreshold: 0.25,
  seed: 0,
  timeBudgetMs: null,
  preset: 'balanced',
  generator: 'pairs',
}

/** Objects of one frame asked of PEM at a time: it has a worker for each core, and one more keeps them busy. */
export const OBJECTS_AT_A_TIME = 3
