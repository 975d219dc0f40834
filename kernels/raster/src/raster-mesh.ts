import type { TriangleMesh } from '@sextant/geometry'

/** A mesh laid out for rasterisation: flat arrays, checked once. Build it once per object, share it read-only. */
export interface RasterMesh {
  readonly vertexCount: number
  readonly faceCount: number
  /** [vertexCount, 3] mm, object */
  readonly positions: Float32Array
  /** [faceCount, 3] vertex indices; signed, because signed loads are cheaper */
  readonly faces: Int32Array
  /** [vertexCount, 3] unit, object; null when the mesh has none */
  readonly normals: Float32Array | null
  /** [vertexCount, 3] sRGB; null when the mesh has none */
  readonly colors: Uint8Array | null
}

/**
 * Copies a triangle mesh into the rasteriser's layout. Winding does not matter: faces are two-sided.
 *
 * @throws {RangeError} an index outside the vertices, lengths that do not match, coordinates that are not finite
 */
export function createRasterMesh(mesh: TriangleMesh): RasterMesh {
  const vertexCount = mesh.positions.length / 3
  const faceCount = mesh.faces.length / 3
  if (!Number.isInteger(vertexCount)) throw new RangeError(`positions has ${mesh.positions.length} numbers, not 3n`)
  if (!Number.isInteger(faceCount)) throw new RangeError(`faces has ${mesh.faces.length} numbers, not 3n`)
  if (mesh.normals !== undefined && mesh.normals.length !== mesh.positions.length) {
    throw new RangeError(`normals has ${mesh.normals.length} numbers, positions ${mesh.positions.length}`)
  }
  if (mesh.colors !== undefined && mesh.colors.length !== mesh.positions.length) {
    throw new RangeError(`colors has ${mesh.colors.length} numbers, positions ${mesh.positions.length}`)
  }
  for (const index of mesh.faces) {
    if (index >= vertexCount) throw new RangeError(`face index ${index} outside ${vertexCount} vertices`)
  }
  for (const value of mesh.positions) {
    if (!Number.isFinite(value)) throw new RangeError(`position ${value} is not finite`)
  }
  return {
    vertexCount,
    faceCount,
    positions: Float32Array.from(mesh.positions),
    faces: Int32Array.from(mesh.faces),
    normals: mesh.normals === undefined ? null : Float32Array.from(mesh.normals),
    colors: mesh.colors === undefined ? null : Uint8Array.from(mesh.colors),
  }
}
