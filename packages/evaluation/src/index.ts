// BOP metrics, dataset readers, result writers, synthetic scenes.
export { averagePrecision, COCO_IOUS, type ScoredDetection } from './average-precision.ts'
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
export {
  calibrationError,
  calibrationFloorOf,
  fitLogistic,
  fitRidgeLogistic,
  recallAtFalsePositiveRate,
  reliabilityOf,
  rocOf,
  type CalibrationFloor,
  type ReliabilityBin,
  type RocPoint,
  type ScoredAnswer,
} from './calibration.ts'
export { cutMask, dilateMask, erodeMask, maskDistance, mergeMasks } from './degrade-mask.ts'
export { createMovingTable, type MovingTable, type MovingTableFrame } from './moving-table/moving-table.ts'
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
export { createExample, exampleProps, type Example } from './synth/example-scene.ts'
export { generateScene, type SceneInstance, type SyntheticScene } from './synth/generate-scene.ts'
export type { Finish, Prop } from './synth/scene-layout.ts'
export {
  randomScene,
  type RandomSceneFrame,
  type RandomSceneInstance,
  type RandomSceneOptions,
  type SceneKind,
  type SceneModel,
} from './synth/random-scene.ts'
export { SENSOR_KINDS, type SensorKind } from './synth/sensors.ts'
export { writeBopModels, writeBopScene } from './write-bop-scene.ts'
export { averageRecallVsd, createVsdWorkspace, vsdOf, VSD_TOLERANCES, type VsdWorkspace } from './vsd.ts'
