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
