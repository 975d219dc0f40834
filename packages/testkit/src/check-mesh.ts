import type { TriangleMesh } from '@sextant/geometry'

/** Throws when a mesh is not one: finite positions, faces that name vertices, arrays that fit each other. */
export function checkMesh({ positions, faces, colors, normals }: TriangleMesh): void {
  const count = positions.length / 3
  if (!Number.isInteger(count) || count === 0) throw new Error(`${positions.length} coordinates`)
  if (faces.length === 0 || faces.length % 3 !== 0) throw new Error(`${faces.length} corners`)
  if (!positions.every(Number.isFinite)) throw new Error('a position is not finite')
  if (!faces.every((vertex) => vertex < count)) throw new Error('a face names no vertex')
  if (colors !== undefined && colors.length !== positions.length) throw new Error(`${colors.length} colour channels`)
  if (normals !== undefined && normals.length !== positions.length) throw new Error(`${normals.length} normals`)
}
