// SAM-6D's networks: checkpoint reader, ONNX graph builders, pre- and post-processing.
export { createMemorySource, type ByteSource } from './checkpoint/byte-source.ts'
export {
  assertParameters,
  compareParameters,
  type ExpectedParameters,
  type ParameterComparison,
} from './checkpoint/compare-parameters.ts'
export { readCheckpoint } from './checkpoint/read-checkpoint.ts'
export type { ElementType, Parameter, StateDict } from './checkpoint/state-dict.ts'
export { writeCheckpoint } from './checkpoint/write-checkpoint.ts'
export { buildGeometricEmbedding } from './networks/geometric-embedding.ts'
export {
  geometricTransformer,
  linearAttention,
  linearTransformerLayer,
  transformerLayer,
} from './networks/point-transformer.ts'
export { GraphBuilder } from './onnx/graph-builder.ts'
export {
  buildCoarseMatching,
  buildFineMatching,
  buildPositionEncoding,
  sparseToDense,
} from './networks/pem-matching.ts'
export { buildDinoV2, buildPemFeatures, VIEW_SIZE } from './networks/vision-transformer.ts'
export type { Graph } from './onnx/graph-builder.ts'
export { PRECISIONS, writeModel, type Precision, type WeightSink } from './onnx/write-model.ts'
export { assign, type Assignment } from './pem/assignment.ts'
export { groupNeighbors, queryBall } from './pem/ball-query.ts'
export { COARSE_HYPOTHESES, cumulateWeights, drawPairs, selectCoarsePose } from './pem/coarse-pose.ts'
export { sampleFarthestPoints } from './pem/farthest-points.ts'
export { solveFinePose } from './pem/fine-pose.ts'
export { gatherFeatures, planCells, type CellPlan } from './pem/gather-features.ts'
export { computeGeometricIndices } from './pem/geometric-indices.ts'
export {
  chooseRandomly,
  viewDetection,
  viewTemplate,
  OBSERVED_POINTS,
  TEMPLATE_POINTS,
  type ChoosePoints,
} from './pem/point-view.ts'
export {
  describeObject,
  embed,
  encodePositions,
  estimateNetworkPose,
  toObject,
  type NetworkPose,
  type ObjectFeatures,
  type PointView,
  type PoseNetworks,
} from './pem/pose-network.ts'
export { cropView, normalizePlanes, viewPixel } from './pem/prepare-view.ts'
export { fitRigid } from './pem/procrustes.ts'
export { maskBounds, squareBox, type CropBox } from './pem/square-box.ts'
export { buildSamDecoder } from './networks/sam-decoder.ts'
export { buildSamEncoder } from './networks/sam-encoder.ts'
export { mapCrop } from './ism/crop-resize-pad.ts'
export { describeCrops, maskCrop, type CropDescriptor, type MaskedCrop } from './ism/describe-crops.ts'
export { DETECTION_ROWS, MASK_COEFFICIENTS, PROTOTYPE_STRIDE } from './ism/detect-masks.ts'
export { createFastSamProposer, type FastSamNetwork } from './ism/fast-sam-proposer.ts'
export type { ImageProposal, ProposalSource, Sam6dMode } from './ism/proposal-source.ts'
export { createSamProposer } from './ism/sam-proposer.ts'
export { LogitEnlarger } from './ism/enlarge-logits.ts'
export {
  pointGrid,
  prepareSamImage,
  resizeForSegmentor,
  samPixels,
  toSquare,
  type SamImage,
} from './ism/prepare-sam-image.ts'
export { proposeMasks, PROPOSE_DEFAULTS, type ProposeOptions, type SamNetworks } from './ism/propose-masks.ts'
export { resizeMaskInto } from './ism/resize-mask.ts'
export { resizeAntialiased } from './ism/resize-antialiased.ts'
export {
  appearance,
  bestTemplate,
  boundsOf,
  combineScores,
  meanPoint,
  projectedIous,
  projectPoints,
  semanticScore,
  similarities,
} from './ism/score-proposals.ts'
export { dropDuplicates, outline, stabilityOf, type MaskProposal } from './ism/select-masks.ts'
export { boxIou, suppressOverlaps, type Corners } from './ism/suppress-overlaps.ts'
export {
  dinoParameters,
  pemParameters,
  SAM_SIZES,
  samParameters,
  type SamSize,
} from './networks/expected-parameters.ts'
export {
  describeProposals,
  scoreForObject,
  type DescribedProposals,
  type ObjectViews,
  type ScoredProposal,
} from './ism/segment-object.ts'
export { blankTensor } from './blank-tensor.ts'
export { warmPoseNetworks, warmSegmentationNetworks } from './warm-up.ts'
