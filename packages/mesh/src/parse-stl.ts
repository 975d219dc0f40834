import { finishMesh, NumberBuffer, undecodable, type ParsedMesh } from './mesh-builder.ts'
import { TextScanner } from './text-scanner.ts'

const HEADER_BYTES = 84
const FACET_BYTES = 50

/**
 * Parses STL. A file is binary when its length says so, whatever its first word: many binary files begin with "solid".
 * Equal corners become one vertex.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 */
export function parseStl(bytes: Uint8Array): ParsedMesh {
  const corners = isBinaryStl(bytes) ? binaryCorners(bytes) : asciiCorners(bytes)
  const { positions, faces } = mergeCorners(corners)
  const warnings: string[] = []
  if (!isClosed(faces)) warnings.push('the surface is not closed: some edges do not have exactly two faces')
  return finishMesh(positions, faces, null, warnings)
}

function isBinaryStl(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(80, true)
  const isExact = bytes.length === HEADER_BYTES + FACET_BYTES * count
  const startsSolid = new TextDecoder('latin1').decode(bytes.subarray(0, 5)).toLowerCase() === 'solid'
  return isExact || (!startsSolid && bytes.length > HEADER_BYTES + FACET_BYTES * count)
}

function binaryCorners(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(80, true)
  const corners = new Float32Array(9 * count)
  for (let f = 0; f < count; f++) {
    for (let k = 0; k < 9; k++) corners[9 * f + k] = view.getFloat32(HEADER_BYTES + FACET_BYTES * f + 12 + 4 * k, true)
  }
  return corners
}

function asciiCorners(bytes: Uint8Array): Float32Array {
  const scanner = new TextScanner(bytes)
  if (scanner.token().toLowerCase() !== 'solid') throw undecodable('the STL is neither binary of its length nor ASCII')
  const corners = new NumberBuffer()
  while (!scanner.isAtEnd) {
    if (scanner.token().toLowerCase() !== 'vertex') continue
    for (let k = 0; k < 3; k++) {
      const value = scanner.number()
      if (Number.isNaN(value)) throw undecodable(`STL vertex ${Math.floor(corners.length / 3)} is broken`)
      corners.push(value)
    }
  }
  if (corners.length % 9 !== 0) throw undecodable(`the STL ends within a facet: ${corners.length / 3} vertices`)
  return Float32Array.from(corners.view())
}

function mergeCorners(corners: Float32Array): { positions: Float32Array; faces: Uint32Array } {
  const known = new Map<string, number>()
  const positions = new Float32Array(corners.length)
  const faces = new Uint32Array(corners.length / 3)
  for (let c = 0; c < faces.length; c++) {
    const key = `${corners[3 * c]} ${corners[3 * c + 1]} ${corners[3 * c + 2]}`
    let vertex = known.get(key)
    if (vertex === undefined) {
      vertex = known.size
      known.set(key, vertex)
      positions.set(corners.subarray(3 * c, 3 * c + 3), 3 * vertex)
    }
    faces[c] = vertex
  }
  return { positions: positions.slice(0, 3 * known.size), faces }
}

/** Every undirected edge belongs to exactly two faces. */
export function isClosed(faces: ArrayLike<number>): boolean {
  const uses = new Map<number, number>()
  for (let f = 0; f < faces.length; f += 3) {
    for (let k = 0; k < 3; k++) {
      const a = faces[f + k]
      const b = faces[f + ((k + 1) % 3)]
      const key = Math.min(a, b) * 67108864 + Math.max(a, b)
      uses.set(key, (uses.get(key) ?? 0) + 1)
    }
  }
  for (const count of uses.values()) if (count !== 2) return false
  return true
}
