// Nearest neighbours: a flat kd-tree over points.
export { createKdTree, type KdTree } from './kd-tree.ts'
export { nearestInto } from './nearest.ts'
