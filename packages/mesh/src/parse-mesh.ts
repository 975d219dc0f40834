import { PlatformError } from '@sextant/contracts'
import type { ParsedMesh } from './mesh-builder.ts'
import { parseObj } from './parse-obj.ts'
import { parsePly } from './parse-ply.ts'
import { parseStl } from './parse-stl.ts'

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

/**
 * Parses a CAD file of a plain format by its extension; readMesh reads all formats. Coordinates are taken as millimetres, axes as they are.
 *
 * @throws {PlatformError} mesh.format_unsupported, mesh.undecodable, mesh.degenerate
 */
export function parseMesh(bytes: Uint8Array, fileName: string): ParsedMesh {
  const extension = fileName.slice(fileName.lastIndexOf('.')).toLowerCase()
  if (bytes.length === 0) throw new PlatformError('mesh.undecodable', { detail: `${fileName} is empty` })
  switch (extension) {
    case '.ply':
      return parsePly(bytes)
    case '.obj':
      return parseObj(bytes)
    case '.stl':
      return parseStl(bytes)
    default:
      throw new PlatformError('mesh.format_unsupported', {
        detail: `${fileName}: formats are ${MESH_EXTENSIONS.join(', ')}`,
      })
  }
}
