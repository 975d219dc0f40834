// Class-agnostic RGB-D over-segmentation with a merge tree.
export { robustExtent } from './extent.ts'
export { createGridColor, type GridColor } from './grid-color.ts'
export * from './proposals.ts'
export * from './region-options.ts'
export { type Hierarchy, type LeafMeasures, type RegionTree } from './region-tree.ts'
export * from './segment-regions.ts'
