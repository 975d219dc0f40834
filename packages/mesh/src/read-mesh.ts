import { PlatformError } from '@sextant/contracts'
import type { ParsedMesh } from './mesh-builder.ts'
import { undecodable } from './mesh-builder.ts'
import { assertFaceCount, paintScene } from './paint-scene.ts'
import { parseAssimp } from './parse-assimp.ts'
import { parseCad } from './parse-cad.ts'
import { parseGltf } from './parse-gltf.ts'
import { CAD_EXTENSIONS } from './cad-extensions.ts'
import { parseOff } from './parse-off.ts'
import { textureFilesOfPly } from './parse-ply.ts'
import { parseStl } from './parse-stl.ts'
import { readTexturedObj } from './read-textured-obj.ts'
import { readTexturedPly } from './read-textured-ply.ts'
import {
  MESH_LIMITS,
  UNIT_ASSUMED,
  type MeshLimits,
  type MeshSources,
  type MeshUnit,
  type SurfaceScene,
} from './surface-part.ts'

/** A mesh in mm, with where its unit comes from. */
export interface ReadMesh extends ParsedMesh {
  readonly unit: MeshUnit
}

export interface ReadMeshOptions extends Omit<MeshSources, 'limits'> {
  readonly limits?: Partial<MeshLimits>
}

/**
 * Reads a CAD file of any supported format by its extension, with its materials and textures as vertex colours.
 * Pure: what lies beside the file and how pictures are decoded comes through ports. Heavy parsers are loaded when their
 * format is met.
 *
 * @throws {PlatformError} mesh.format_unsupported, mesh.undecodable, mesh.degenerate, mesh.too_large
 */
export async function readMesh(bytes: Uint8Array, fileName: string, options: ReadMeshOptions): Promise<ReadMesh> {
  const sources: MeshSources = { ...options, limits: { ...MESH_LIMITS, ...options.limits } }
  const { limits } = sources
  if (bytes.length === 0) throw undecodable(`${fileName} is empty`)
  if (bytes.length > limits.maxBytes) {
    throw new PlatformError('mesh.too_large', {
      detail: `${fileName} has ${bytes.length} bytes, at most ${limits.maxBytes} are read`,
    })
  }
  const extension = extensionOf(fileName)
  if (extension === '.ply' || extension === '.obj' || extension === '.stl') {
    const parsed = await readPlain(bytes, extension, sources)
    assertFaceCount(parsed.mesh.faces.length / 3, limits)
    return { ...parsed, unit: UNIT_ASSUMED }
  }
  const scene = await readScene(bytes, fileName, sources)
  return { ...paintScene(scene, limits), unit: scene.unit }
}

function readScene(bytes: Uint8Array, fileName: string, sources: MeshSources): SurfaceScene | Promise<SurfaceScene> {
  const extension = extensionOf(fileName)
  switch (extension) {
    case '.glb':
    case '.gltf':
      return parseGltf(bytes, fileName, sources)
    case '.step':
    case '.stp':
    case '.iges':
    case '.igs':
    case '.brep':
    case '.brp':
      return parseCad(bytes, fileName, extension)
    case '.off':
      return parseOff(bytes, sources.limits)
    case '.dae':
    case '.fbx':
    case '.3ds':
      return parseAssimp(bytes, fileName, extension, sources)
    default:
      throw new PlatformError('mesh.format_unsupported', {
        detail: `${fileName}: formats are ${CAD_EXTENSIONS.join(', ')}`,
      })
  }
}

function readPlain(
  bytes: Uint8Array,
  extension: '.ply' | '.obj' | '.stl',
  sources: MeshSources,
): ParsedMesh | Promise<ParsedMesh> {
  if (extension === '.stl') return parseStl(bytes)
  return extension === '.obj' ? readTexturedObj(bytes, sources) : readTexturedPly(bytes, sources)
}

/**
 * Whether parseMesh would leave something out that readMesh reads: another format, or materials and textures beside
 * the file.
 */
export function needsReadMesh(bytes: Uint8Array, fileName: string): boolean {
  switch (extensionOf(fileName)) {
    case '.stl':
      return false
    case '.ply':
      return textureFilesOfPly(bytes).length > 0
    case '.obj':
      return indexOfLine(bytes, 'mtllib ') >= 0
    default:
      return true
  }
}

/** Position of the first line that begins so; -1: none */
function indexOfLine(bytes: Uint8Array, start: string): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = buffer.indexOf(start); at >= 0; at = buffer.indexOf(start, at + 1)) {
    if (at === 0 || bytes[at - 1] <= 32) return at
  }
  return -1
}

/** Lower case, with its dot. */
export function extensionOf(fileName: string): string {
  return fileName.slice(fileName.lastIndexOf('.')).toLowerCase()
}
