// Seeded generators, invariant checks and tolerances for tests.
export { checkMesh } from './check-mesh.ts'
export { checkRotation } from './check-rotation.ts'
export { createCheckpointFiles, packSafetensors } from './checkpoint-files.ts'
export { createMeshFiles, MESH_FILE_MATERIAL, type MeshFile } from './mesh-files.ts'
export { createBoxMesh, createBracketMesh } from './meshes.ts'
export { mutateCheckpoint } from './mutate-checkpoint.ts'
export { mutateFile } from './mutate-file.ts'
export { renderTableFrame, type TableFrameOptions } from './table-frame.ts'
