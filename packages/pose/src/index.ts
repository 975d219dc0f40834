// The PoseEstimator port and its geometric engine: hypotheses, refinement, verification, poses.
export { estimateObject, type PoseEnvironment } from './estimate-object.ts'
export { HYPOTHESIS_GENERATORS } from './hypothesis-generators.ts'
export { judgePoses, reportPoses, type ForeignPose } from './judge-poses.ts'
export * from './options.ts'
export { MODEL_VERSION, prepareModel, type PreparedModel } from './prepare-model.ts'
export { probabilityTerms, PROBABILITY_WEIGHTS } from './probability.ts'
export { createSearchSteps, type SearchQuestion, type SearchRunner, type SearchSteps } from './search-steps.ts'
export { prepareScene, type PreparedScene } from './prepare-scene.ts'
