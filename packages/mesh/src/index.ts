// Mesh codecs and triangle operations: PLY, OBJ, STL, sampling, diameter, symmetry.
export { encodePly } from './encode-ply.ts'
export { assertPlausibleSize, boundingBox, diameterOf, samplePoints, vertexNormals } from './measure.ts'
export type { ParsedMesh } from './mesh-builder.ts'
export { MESH_EXTENSIONS, parseMesh } from './parse-mesh.ts'
export { isClosed } from './parse-stl.ts'
export { simplifyByClustering } from './simplify.ts'
