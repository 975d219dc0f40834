import { PlatformError } from '@sextant/contracts'
import { MESH_EXTENSIONS } from './cad-extensions.ts'
import type { ParsedMesh } from './mesh-builder.ts'
import { parseObj } from './parse-obj.ts'
import { parsePly } from './parse-ply.ts'
import { parseStl } from './parse-stl.ts'

/**
 * Parses a CAD file of a plain format by its extension; readMesh reads all formats. Coordinates are taken as millimetres,
 * axes as they are.
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
