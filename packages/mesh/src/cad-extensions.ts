/** Extensions that parseMesh reads, in the order in which they are looked for. */
export const MESH_EXTENSIONS = ['.ply', '.obj', '.stl'] as const

/** All extensions that readMesh reads, in that order; the original's three come first. */
export const CAD_EXTENSIONS = [
  ...MESH_EXTENSIONS,
  '.glb',
  '.gltf',
  '.step',
  '.stp',
  '.iges',
  '.igs',
  '.brep',
  '.brp',
  '.off',
  '.dae',
  '.fbx',
  '.3ds',
] as const
