// Class-agnostic RGB-D over-segmentation with a merge tree.
export { type GridColor, createGridColor } from './grid-color.ts'
export * from './proposals.ts'
export * from './region-options.ts'
export { type RegionTree } from './region-tree.ts'
export * from './segment-regions.ts'
