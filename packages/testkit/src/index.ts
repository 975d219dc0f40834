// Seeded generators, invariant checks and tolerances for tests.
export { checkRotation } from './check-rotation.ts'
export { createBoxMesh, createBracketMesh } from './meshes.ts'
export { renderTableFrame, type TableFrameOptions } from './table-frame.ts'
