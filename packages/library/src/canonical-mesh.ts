import { createHash } from 'node:crypto'
import { mkdir, readFile, utimes } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { MESH_LIMITS, parseCanonicalMesh, type MeshLimits, type ReadMesh } from '@sextant/mesh'
import { CONVERSION_LIMITS, convertInWorker, type ConversionLimits } from './convert-in-worker.ts'
import { dropOldestFiles } from './drop-oldest-files.ts'
import { publishFile } from './durable-files.ts'
import { readSibling } from './read-sibling.ts'

/** A CAD file as it lies on disk. */
export interface CadFile {
  /** absolute; materials and textures lie here */
  readonly directory: string
  readonly fileName: string
  readonly bytes: Uint8Array
}

export interface CanonicalMeshOptions {
  readonly limits?: Partial<MeshLimits>
  readonly conversion?: ConversionLimits
}

/** Meshes kept; the least recently used go first. */
const FILES_KEPT = 1000
/** These name nothing beside them, so the same bytes are the same mesh in every folder. */
const STANDS_ALONE = /\.(step|stp|iges|igs|brep|brp|off)$/i

/** Conversions of this process that are under way; a second reader waits for the first one's. */
const underWay = new Map<string, Promise<ReadMesh>>()

/**
 * The mesh of a CAD file that is not plain PLY, OBJ or STL: converted once, on a thread with limits, and kept as PLY in
 * `cache/meshes` beside the `meshes` folder it lies in. A file elsewhere is converted anew each time. A texture or
 * material that has changed since makes the kept mesh stale.
 *
 * @throws {PlatformError} mesh.*, deadline.exceeded
 */
export async function canonicalMesh(file: CadFile, options: CanonicalMeshOptions = {}): Promise<ReadMesh> {
  const path = cachePathOf(file)
  if (path === null) return convert(file, null, options)
  const running = underWay.get(path) ?? keptOrConverted(file, path, options).finally(() => underWay.delete(path))
  underWay.set(path, running)
  return running
}

async function keptOrConverted(file: CadFile, path: string, options: CanonicalMeshOptions): Promise<ReadMesh> {
  const kept = await readKept(path, file.directory)
  if (kept === null) return convert(file, path, options)
  // A textured surface has more faces than its file: it was cut to carry its colours.
  const { maxFaces } = { ...MESH_LIMITS, ...options.limits }
  const faceCount = kept.mesh.faces.length / 3
  if (faceCount <= maxFaces || kept.hasTexture === true) return kept
  throw new PlatformError('mesh.too_large', { detail: `the mesh has ${faceCount} faces, at most ${maxFaces} are read` })
}

async function convert(
  { bytes, directory, fileName }: CadFile,
  path: string | null,
  { limits = {}, conversion = CONVERSION_LIMITS }: CanonicalMeshOptions,
): Promise<ReadMesh> {
  const ply = await convertInWorker({ bytes, directory, fileName, limits }, conversion)
  const canonical = parseCanonicalMesh(ply)
  if (canonical === null) {
    throw new PlatformError('internal.invariant_broken', { detail: `${fileName}: a mesh cannot be read back` })
  }
  if (path !== null) await keep(path, ply)
  return canonical.read
}

/** A full or read-only disk costs the next reader a conversion, nothing else. */
async function keep(path: string, ply: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await publishFile(path, ply)
    await dropOldestFiles(dirname(path), '.ply', FILES_KEPT)
  } catch {
    // see above
  }
}

async function readKept(path: string, directory: string): Promise<ReadMesh | null> {
  const bytes = await readFile(path).catch(() => null)
  const canonical = bytes === null ? null : parseCanonicalMesh(bytes)
  if (canonical === null) return null
  for (const [name, sha256] of Object.entries(canonical.siblings)) {
    const found = await readSibling(directory, name)
    if ((found === null ? null : sha256Of(found)) !== sha256) return null
  }
  const now = new Date()
  await utimes(path, now, now).catch(() => undefined)
  return canonical.read
}

/** `<root>/cache/meshes/<digest>.ply` for a file in `<root>/meshes/<class>/`; null elsewhere. */
function cachePathOf({ bytes, directory, fileName }: CadFile): string | null {
  const meshRoot = dirname(directory)
  if (basename(meshRoot) !== 'meshes') return null
  const place = STANDS_ALONE.test(fileName) ? '' : basename(directory)
  const key = createHash('sha256')
    .update(`${sha256Of(bytes)}:${extname(fileName).toLowerCase()}:${place}`)
    .digest('hex')
  return join(dirname(meshRoot), 'cache', 'meshes', `${key}.ply`)
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
