import { finishMesh, NumberBuffer, undecodable, type ParsedMesh } from './mesh-builder.ts'
import { TextScanner } from './text-scanner.ts'

/**
 * Parses Wavefront OBJ: polygons become fans, negative indices count back, `v x y z r g b` colours (0..1) are kept.
 * Texture coordinates, normals, groups and materials are not read.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 */
export function parseObj(bytes: Uint8Array): ParsedMesh {
  const scanner = new TextScanner(bytes)
  const positions = new NumberBuffer()
  const colors = new NumberBuffer()
  const faces = new NumberBuffer()
  const warnings: string[] = []
  let lineNumber = 0
  let usesTexture = false
  while (!scanner.isAtEnd) {
    lineNumber++
    scanner.skipBlanks()
    if (scanner.isAtLineEnd) {
      scanner.skipLine()
      continue
    }
    const keyword = scanner.token()
    if (keyword === 'v') {
      readVertex(scanner, positions, colors, lineNumber)
    } else if (keyword === 'f') readFace(scanner, positions.length / 3, faces, lineNumber)
    else if (keyword === 'vt') usesTexture = true
    scanner.skipLine()
  }
  if (usesTexture) warnings.push('texture coordinates are not used')
  const isColored = colors.length > 0 && colors.length === positions.length
  if (colors.length > 0 && !isColored) warnings.push('only some vertices have a colour; colours are not used')
  return finishMesh(positions.view(), faces.view(), isColored ? colors.view() : null, warnings)
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

function readFace(scanner: TextScanner, vertexCount: number, faces: NumberBuffer, lineNumber: number): void {
  const corners: number[] = []
  scanner.skipBlanks()
  while (!scanner.isAtLineEnd) {
    const text = scanner.token()
    if (text.startsWith('#')) break
    const index = Number.parseInt(text, 10)
    if (Number.isNaN(index) || index === 0) throw undecodable(`line ${lineNumber}: "${text}" is not a vertex index`)
    corners.push(index > 0 ? index - 1 : vertexCount + index)
    scanner.skipBlanks()
  }
  if (corners.length < 3) throw undecodable(`line ${lineNumber}: a face needs three vertices, got ${corners.length}`)
  for (let k = 2; k < corners.length; k++) {
    faces.push(corners[0])
    faces.push(corners[k - 1])
    faces.push(corners[k])
  }
}
