import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname } from 'node:path'
import { PlatformError, type ObjectSymmetries } from '@sextant/contracts'
import { MILLIMETERS_PER_UNIT, type LengthUnit } from '@sextant/geometry'
import { decodeColor } from '@sextant/image'
import {
  assertPlausibleSize,
  diameterOf,
  needsReadMesh,
  readMesh,
  scaleMesh,
  type MeshLimits,
  type ParsedMesh,
  type ReadMesh,
} from '@sextant/mesh'
import { canonicalMesh, type CadFile } from './canonical-mesh.ts'
import { declaredUnitOf, entryOf, readLibraryManifest } from './library-manifest.ts'

/** A CAD file as it lies on disk, and the unit that the manifest beside it declares. */
export interface ObjectFile extends CadFile {
  /** null: not declared */
  readonly unit: LengthUnit | null
}

/** A mesh that can be worked with. */
export interface UsableMesh extends ParsedMesh {
  /** mm */
  readonly diameter: number
}

/** These formats cannot name a unit: undeclared means millimetres. */
const HAS_NO_UNIT = /\.(ply|obj|stl)$/i

export const objectNameOf = (cadPath: string): string => basename(cadPath, extname(cadPath))

/** @throws {PlatformError} object.not_found, library.manifest_invalid */
export async function readObjectFile(cadPath: string): Promise<ObjectFile> {
  const fileName = basename(cadPath)
  let bytes: Uint8Array
  try {
    bytes = await readFile(cadPath)
  } catch (cause) {
    throw new PlatformError('object.not_found', { detail: `CAD file not found: ${fileName}`, cause })
  }
  const directory = dirname(cadPath)
  const manifest = await readLibraryManifest(directory)
  return { directory, fileName, bytes, unit: declaredUnitOf(manifest, objectNameOf(cadPath)) }
}

/**
 * The symmetries that the manifest beside a CAD file declares of it; null: none.
 * @throws {PlatformError} library.manifest_invalid
 */
export async function readDeclaredSymmetries(cadPath: string): Promise<ObjectSymmetries | null> {
  const manifest = await readLibraryManifest(dirname(cadPath))
  return entryOf(manifest, objectNameOf(cadPath)).symmetries ?? null
}

/**
 * The mesh in millimetres: by the unit declared, else by the unit that the file names, else as it is.
 * @throws {PlatformError} mesh.*
 */
export async function parseObjectFile(file: ObjectFile, limits: Partial<MeshLimits> = {}): Promise<ReadMesh> {
  const { bytes, fileName, unit } = file
  const read = needsReadMesh(bytes, fileName) ? await canonicalMesh(file, { limits }) : await readPlain(file, limits)
  if (unit === null) return read
  return { ...read, mesh: scaleMesh(read.mesh, MILLIMETERS_PER_UNIT[unit] / read.unit.millimetersPerUnit) }
}

/** A file that names nothing beside it. */
function readPlain({ bytes, fileName }: ObjectFile, limits: Partial<MeshLimits>): Promise<ReadMesh> {
  return readMesh(bytes, fileName, { limits, readSibling: () => Promise.resolve(null), decodeImage: decodeColor })
}

/**
 * The CAD of an object in millimetres. Everything that works with an object's CAD comes through here, so that the unit
 * declared for it holds everywhere.
 *
 * @param cadPath  absolute path of the CAD file; a manifest beside it holds
 * @throws {PlatformError} object.not_found, library.manifest_invalid, mesh.*
 */
export async function readObjectMesh(cadPath: string): Promise<ReadMesh> {
  return parseObjectFile(await readObjectFile(cadPath))
}

/** As readObjectMesh, of a size that a camera can see. @throws {PlatformError} besides: mesh.scale_implausible */
export async function readUsableMesh(cadPath: string): Promise<UsableMesh> {
  return assertUsable(await readObjectMesh(cadPath), basename(cadPath))
}

/** @throws {PlatformError} mesh.scale_implausible */
export function assertUsable(parsed: ParsedMesh, fileName: string): UsableMesh {
  const diameter = diameterOf(parsed.mesh)
  assertPlausibleSize(diameter, fileName)
  return { ...parsed, diameter }
}

/** Digest of what is read: the bytes, and the unit when it changes what they mean. */
export function digestOfObjectFile({ bytes, fileName, unit }: Omit<ObjectFile, 'directory'>): string {
  return withUnit(createHash('sha256').update(bytes).digest('hex'), fileName, unit)
}

/** @param sha256  of the file's bytes, hex */
export function withUnit(sha256: string, fileName: string, unit: LengthUnit | null): string {
  if (unit === null || (unit === 'mm' && HAS_NO_UNIT.test(fileName))) return sha256
  return createHash('sha256').update(`${sha256}:${unit}`).digest('hex')
}
