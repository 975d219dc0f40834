// Mesh codecs and triangle operations: PLY, OBJ, STL, glTF, sampling, diameter, symmetry.
export { encodePly } from './encode-ply.ts'
export { assertPlausibleSize, boundingBox, diameterOf, samplePoints, vertexNormals } from './measure.ts'
export type { ParsedMesh } from './mesh-builder.ts'
export { CAD_EXTENSIONS, MESH_EXTENSIONS, parseMesh } from './parse-mesh.ts'
export { extensionOf, needsReadMesh, readMesh, type ReadMesh, type ReadMeshOptions } from './read-mesh.ts'
export { isClosed } from './parse-stl.ts'
export { simplifyByClustering } from './simplify.ts'
export { MESH_LIMITS, type MeshLimits, type MeshUnit } from './surface-part.ts'
