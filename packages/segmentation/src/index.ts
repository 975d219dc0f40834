// The Segmenter port and its geometric engine: proposals, scores, detections.
export { DESCRIPTOR_VERSION, packDescriptors, parseDescriptors } from './descriptor-layout.ts'
export * from './detect-object.ts'
export { encodeGridMask } from './grid-mask.ts'
export { MATCH_DEFAULTS, matchProposal, type MatchOptions, type ProposalMatch } from './match-proposal.ts'
export { describeRegion, type RegionFeatures } from './region-features.ts'
export * from './segment-scene.ts'
export * from './segmenter.ts'
export * from './template-descriptors.ts'
