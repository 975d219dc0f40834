import { faceNormal } from './measure.ts'
import { finishMesh, NumberBuffer, undecodable, type ParsedMesh } from './mesh-builder.ts'
import { TextScanner } from './text-scanner.ts'

const HEADER_BYTES = 84
const FACET_BYTES = 50

/** What an STL states. */
interface StlFacets {
  /** [n, 3, 3] */
  readonly corners: Float32Array
  /** [n, 3] of any length; zeros or not numbers: not stated */
  readonly normals: Float32Array
}

/**
 * Parses STL. A file is binary when its length says so, whatever its first word: many binary files begin with "solid".
 * Equal corners become one vertex. Which side is outside is taken from the order of the corners; facets whose stated
 * normal does not say the same are warned of.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate
 */
export function parseStl(bytes: Uint8Array): ParsedMesh {
  const facets = isBinaryStl(bytes) ? binaryFacets(bytes) : asciiFacets(bytes)
  const { positions, faces } = mergeCorners(facets.corners)
  const warnings: string[] = []
  if (!isClosed(faces)) warnings.push('the surface is not closed: some edges do not have exactly two faces')
  warnings.push(...warningsOfNormals(facets))
  return finishMesh(positions, faces, null, warnings)
}

function isBinaryStl(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES) return false
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(80, true)
  const isExact = bytes.length === HEADER_BYTES + FACET_BYTES * count
  const startsSolid = new TextDecoder('latin1').decode(bytes.subarray(0, 5)).toLowerCase() === 'solid'
  return isExact || (!startsSolid && bytes.length > HEADER_BYTES + FACET_BYTES * count)
}

function binaryFacets(bytes: Uint8Array): StlFacets {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(80, true)
  const corners = new Float32Array(9 * count)
  const normals = new Float32Array(3 * count)
  for (let f = 0; f < count; f++) {
    const at = HEADER_BYTES + FACET_BYTES * f
    for (let k = 0; k < 3; k++) normals[3 * f + k] = view.getFloat32(at + 4 * k, true)
    for (let k = 0; k < 9; k++) corners[9 * f + k] = view.getFloat32(at + 12 + 4 * k, true)
  }
  return { corners, normals }
}

function asciiFacets(bytes: Uint8Array): StlFacets {
  const scanner = new TextScanner(bytes)
  if (scanner.token().toLowerCase() !== 'solid') throw undecodable('the STL is neither binary of its length nor ASCII')
  const corners = new NumberBuffer()
  const normals = new NumberBuffer()
  let normal = [0, 0, 0]
  while (!scanner.isAtEnd) {
    const word = scanner.token().toLowerCase()
    if (word === 'facet') normal = [0, 0, 0]
    else if (word === 'normal') normal = [scanner.number(), scanner.number(), scanner.number()]
    else if (word === 'vertex') {
      for (let k = 0; k < 3; k++) {
        const value = scanner.number()
        if (Number.isNaN(value)) throw undecodable(`STL vertex ${Math.floor(corners.length / 3)} is broken`)
        corners.push(value)
      }
      if (corners.length % 9 === 0) for (const value of normal) normals.push(value)
    }
  }
  if (corners.length % 9 !== 0) throw undecodable(`the STL ends within a facet: ${corners.length / 3} vertices`)
  return { corners: Float32Array.from(corners.view()), normals: Float32Array.from(normals.view()) }
}

function warningsOfNormals({ corners, normals }: StlFacets): string[] {
  const count = normals.length / 3
  let unstated = 0
  let opposed = 0
  for (let f = 0; f < count; f++) {
    const [x, y, z] = normals.subarray(3 * f, 3 * f + 3)
    const length = Math.hypot(x, y, z)
    if (!(length > 0)) unstated++
    else {
      const along = faceNormal(corners, 3 * f, 3 * f + 1, 3 * f + 2)
      if (x * along[0] + y * along[1] + z * along[2] < 0) opposed++
    }
  }
  const taken = 'the order of the corners says which side is outside'
  const warnings: string[] = []
  if (unstated > 0) warnings.push(`${unstated} of ${count} facets have no normal: ${taken}`)
  if (opposed > 0) warnings.push(`the normals of ${opposed} of ${count} facets point to the other side: ${taken}`)
  return warnings
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
