/** How much work is spent on one object. */
export type PosePreset = 'fast' | 'balanced' | 'precise'

/** Where hypotheses come from: oriented point pairs, or evenly turned views laid on the region. */
export type GeneratorName = 'pairs' | 'views'

/** Whether the CAD's colours are evidence; they mislead where the thing carries another print or paint than its CAD. */
export type CadColors = 'trusted' | 'ignored'

/** Request options of the pose engine; every one is echoed in the answer. */
export interface PoseOptions {
  /** most poses answered for one object */
  readonly maxInstances: number
  /** least probability of an answered pose, 0..1 */
  readonly scoreThreshold: number
  readonly seed: number
  /** best answer within this time, ms; null = no limit */
  readonly timeBudgetMs: number | null
  readonly preset: PosePreset
  readonly generator: GeneratorName
  readonly cadColors: CadColors
}

export const POSE_DEFAULTS: PoseOptions = {
  maxInstances: 1,
  scoreThreshold: 0.3,
  seed: 0,
  timeBudgetMs: null,
  preset: 'balanced',
  generator: 'pairs',
  cadColors: 'trusted',
}

/** Sizes of the pools a preset works with; see ENGINE figures in the package README. */
export interface SearchEffort {
  /** poses raced inside a trusted mask, and inside one proposal */
  readonly maskPoses: number
  readonly proposalPoses: number
  /** most proposals searched */
  readonly proposals: number
  /** hypotheses kept per mask and per proposal */
  readonly keepPerMask: number
  readonly keepPerProposal: number
  /** pool sizes: coarse refinement, coarse verification, finalists */
  readonly coarsePool: number
  readonly verifyPool: number
  readonly finalists: number
  /** the same inside one trusted mask */
  readonly maskVerifyPool: number
  readonly maskFinalists: number
  /** verified poses, and finalists, per location (0.3 d) */
  readonly perLocation: number
  /** finalists whose near-symmetric poses are tried */
  readonly symmetryFinalists: number
}

export const SEARCH_EFFORTS: Readonly<Record<PosePreset, SearchEffort>> = {
  fast: {
    maskPoses: 7000,
    proposalPoses: 900,
    proposals: 70,
    keepPerMask: 150,
    keepPerProposal: 10,
    coarsePool: 700,
    verifyPool: 100,
    finalists: 14,
    maskVerifyPool: 30,
    maskFinalists: 7,
    perLocation: 4,
    symmetryFinalists: 2,
  },
  balanced: {
    maskPoses: 14_000,
    proposalPoses: 1500,
    proposals: 100,
    keepPerMask: 250,
    keepPerProposal: 12,
    coarsePool: 1200,
    verifyPool: 180,
    finalists: 24,
    maskVerifyPool: 110,
    maskFinalists: 16,
    perLocation: 5,
    symmetryFinalists: 3,
  },
  precise: {
    maskPoses: 40_000,
    proposalPoses: 3000,
    proposals: 150,
    keepPerMask: 400,
    keepPerProposal: 20,
    coarsePool: 2400,
    verifyPool: 320,
    finalists: 40,
    maskVerifyPool: 160,
    maskFinalists: 28,
    perLocation: 8,
    symmetryFinalists: 5,
  },
}
