// BOP metrics, dataset readers, result writers, synthetic scenes.
export {
  averageRecall,
  averageRecallMspd,
  averageRecallMssd,
  MSPD_THRESHOLDS,
  MSSD_THRESHOLDS,
  recallBelow,
  type InstanceScore,
} from './average-recall.ts'
export {
  loadFrame,
  loadMask,
  loadModel,
  type EvaluationCase,
  type ModelReference,
  type TrueInstance,
} from './evaluation-case.ts'
export { geometricModelInfo } from './geometric-symmetries.ts'
export { matchInstances } from './match-instances.ts'
export { metricPointsOf, type MetricPoints } from './metric-points.ts'
export { addOf, addSOf, mspdOf, mssdOf, poseErrors, type PoseErrors } from './pose-errors.ts'
export { BOP_LIMITS, readBopScenes } from './read-bop-scenes.ts'
export { readRealCases } from './read-real-cases.ts'
export {
  parseModelsInfo,
  symmetriesOf,
  type ContinuousSymmetry,
  type ModelInfo,
  type ObjectSymmetry,
} from './symmetries.ts'
export { VISIBLE_TOLERANCE_MM, visibleMask } from './visible-mask.ts'
export { createExample, type Example } from './synth/example-scene.ts'
export { generateScene, type SceneInstance, type SyntheticScene } from './synth/generate-scene.ts'
export type { Finish, Prop } from './synth/scene-layout.ts'
