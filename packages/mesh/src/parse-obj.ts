import { finishMesh, NumberBuffer, undecodable, type ParsedMesh } from './mesh-builder.ts'
import { TextScanner } from './text-scanner.ts'

/** What an OBJ file says, before its materials are known. */
export interface ObjSurface {
  /** [n, 3] */
  readonly positions: Float64Array
  /** [n, 3] sRGB bytes; null unless every vertex has a colour */
  readonly colors: Float64Array | null
  /** [k, 2]; v grows upwards */
  readonly uvs: Float64Array
  /** [m, 3] vertices */
  readonly faces: Float64Array
  /** [m, 3] texture coordinates, -1 where there is none; empty when no face has any */
  readonly faceUvs: Float64Array
  /** faces from `firstFace` to the next run have this material */
  readonly runs: readonly { readonly material: string | null; readonly firstFace: number }[]
  /** files that mtllib names */
  readonly libraries: readonly string[]
  readonly warnings: string[]
}

/**
 * Parses Wavefront OBJ without its materials: polygons become fans, negative indices count back, `v x y z r g b` colours
 * (0..1) are kept.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 */
export function parseObj(bytes: Uint8Array): ParsedMesh {
  const surface = readObj(bytes)
  if (surface.uvs.length > 0) surface.warnings.push('texture coordinates are not used')
  return finishObj(surface)
}

/** The surface without materials and textures. */
export function finishObj({ positions, faces, colors, warnings }: ObjSurface): ParsedMesh {
  return finishMesh(positions, faces, colors, warnings)
}

/** Reads the statements of an OBJ file. @throws {PlatformError} mesh.undecodable */
export function readObj(bytes: Uint8Array): ObjSurface {
  const scanner = new TextScanner(bytes)
  const positions = new NumberBuffer()
  const colors = new NumberBuffer()
  const uvs = new NumberBuffer()
  const faces = new NumberBuffer()
  const faceUvs = new NumberBuffer()
  const runs: { material: string | null; firstFace: number }[] = [{ material: null, firstFace: 0 }]
  const libraries: string[] = []
  let lineNumber = 0
  while (!scanner.isAtEnd) {
    lineNumber++
    scanner.skipBlanks()
    if (scanner.isAtLineEnd) {
      scanner.skipLine()
      continue
    }
    const keyword = scanner.token()
    if (keyword === 'v') readVertex(scanner, positions, colors, lineNumber)
    else if (keyword === 'f') {
      readFace(scanner, { vertexCount: positions.length / 3, uvCount: uvs.length / 2, faces, faceUvs, lineNumber })
    } else if (keyword === 'vt') readUv(scanner, uvs)
    else if (keyword === 'usemtl' || keyword === 'mtllib') {
      const name = scanner.line()
      if (keyword === 'mtllib') libraries.push(name)
      else runs.push({ material: name, firstFace: faces.length / 3 })
      continue
    }
    scanner.skipLine()
  }
  const isColored = colors.length > 0 && colors.length === positions.length
  const warnings: string[] = []
  if (colors.length > 0 && !isColored) warnings.push('only some vertices have a colour; colours are not used')
  return {
    positions: positions.view(),
    colors: isColored ? colors.view() : null,
    uvs: uvs.view(),
    faces: faces.view(),
    faceUvs: uvs.length === 0 ? new Float64Array(0) : faceUvs.view(),
    runs,
    libraries,
    warnings,
  }
}

function readVertex(scanner: TextScanner, positions: NumberBuffer, colors: NumberBuffer, lineNumber: number): void {
  const values: number[] = []
  scanner.skipBlanks()
  while (!scanner.isAtLineEnd && values.length < 7) {
    values.push(scanner.number())
    scanner.skipBlanks()
  }
  if (values.length < 3 || values.some(Number.isNaN))
    throw undecodable(`line ${lineNumber}: a vertex needs three numbers`)
  for (let k = 0; k < 3; k++) positions.push(values[k])
  if (values.length >= 6) for (let k = 3; k < 6; k++) colors.push(Math.round(255 * Math.min(1, Math.max(0, values[k]))))
}

/** One number is a row of a one-dimensional texture; what is no number is 0: the shape does not depend on it. */
function readUv(scanner: TextScanner, uvs: NumberBuffer): void {
  for (let k = 0; k < 2; k++) {
    scanner.skipBlanks()
    const value = scanner.isAtLineEnd ? 0 : scanner.number()
    uvs.push(Number.isFinite(value) ? value : 0)
  }
}

interface FaceSink {
  readonly vertexCount: number
  readonly uvCount: number
  readonly faces: NumberBuffer
  readonly faceUvs: NumberBuffer
  readonly lineNumber: number
}

function readFace(scanner: TextScanner, { vertexCount, uvCount, faces, faceUvs, lineNumber }: FaceSink): void {
  const corners: number[] = []
  const uvs: number[] = []
  scanner.skipBlanks()
  while (!scanner.isAtLineEnd) {
    const text = scanner.token()
    if (text.startsWith('#')) break
    const index = Number.parseInt(text, 10)
    if (Number.isNaN(index) || index === 0) throw undecodable(`line ${lineNumber}: "${text}" is not a vertex index`)
    corners.push(index > 0 ? index - 1 : vertexCount + index)
    const slash = text.indexOf('/')
    const uv = slash < 0 ? Number.NaN : Number.parseInt(text.slice(slash + 1), 10)
    uvs.push(Number.isNaN(uv) || uv === 0 ? -1 : uv > 0 ? uv - 1 : Math.max(-1, uvCount + uv))
    scanner.skipBlanks()
  }
  if (corners.length < 3) throw undecodable(`line ${lineNumber}: a face needs three vertices, got ${corners.length}`)
  for (let k = 2; k < corners.length; k++) {
    for (const corner of [0, k - 1, k]) {
      faces.push(corners[corner])
      faceUvs.push(uvs[corner])
    }
  }
}
