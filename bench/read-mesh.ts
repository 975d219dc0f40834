import { readFileSync } from 'node:fs'
import type { TriangleMesh } from '@sextant/geometry'
import { parseMesh } from '@sextant/mesh'

/** Reads a CAD file; `unitInMm` scales files that are not in millimetres. */
export function readMesh(path: string, unitInMm = 1): TriangleMesh {
  const { mesh } = parseMesh(readFileSync(path), path)
  return unitInMm === 1 ? mesh : { ...mesh, positions: mesh.positions.map((value) => value * unitInMm) }
}
