import { undecodable } from './mesh-builder.ts'
import { linearOfSrgb } from './srgb.ts'
import { UNIT_ASSUMED, type MeshLimits, type SurfacePart, type SurfaceScene } from './surface-part.ts'
import { assertFaceCount } from './paint-scene.ts'

/**
 * Parses OFF and COFF in ASCII: polygons become fans; colours of vertices (COFF) or faces, 0..255 or 0..1, are kept.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.too_large
 * @source Geomview, Object File Format
 */
export function parseOff(bytes: Uint8Array, limits: MeshLimits): SurfaceScene {
  const lines = new TextDecoder('latin1')
    .decode(bytes)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
  const lineAt = (index: number): number[] => numbersOf(lines.at(index) ?? '')
  const head = /^((?:ST)?C?N?)OFF(.*)$/.exec(lines.at(0) ?? '')
  if (head === null) throw undecodable('the file does not begin with OFF; binary and n-dimensional OFF are not read')
  const [, kind, rest] = head
  let at = rest.trim() === '' ? 2 : 1
  const [vertexCount, faceCount] = [...(at === 2 ? lineAt(1) : numbersOf(rest.trim())), Number.NaN, Number.NaN]
  if (!(vertexCount >= 0 && faceCount >= 0) || vertexCount + faceCount > lines.length) {
    throw undecodable(`the OFF file claims ${vertexCount} vertices and ${faceCount} faces in ${lines.length} lines`)
  }
  assertFaceCount(faceCount, limits)
  const positions = new Float64Array(3 * vertexCount)
  const tints = !kind.includes('C') ? null : new Float32Array(3 * vertexCount)
  for (let i = 0; i < vertexCount; i++) {
    const values = lineAt(at++)
    if (values.length < 3 || values.some(Number.isNaN)) throw undecodable(`OFF vertex ${i} needs three numbers`)
    positions.set(values.slice(0, 3), 3 * i)
    if (tints === null) continue
    const first = kind.includes('N') ? 6 : 3
    tints.set(colorOf(values.slice(first, values.length - (kind.startsWith('ST') ? 2 : 0))) ?? [1, 1, 1], 3 * i)
  }
  const groups = new Map<string, { readonly color: SurfacePart['material']['color']; readonly corners: number[] }>()
  for (let f = 0; f < faceCount; f++) {
    const [count, ...values] = lineAt(at++)
    const corners = values.slice(0, count)
    if (!(count >= 1) || corners.length < count || corners.some((v) => !(v >= 0 && v < vertexCount))) {
      throw undecodable(`OFF face ${f} does not name ${count} of ${vertexCount} vertices`)
    }
    const color = tints === null ? colorOf(values.slice(count)) : null
    const key = color?.join() ?? ''
    const group = groups.get(key) ?? { color, corners: [] }
    groups.set(key, group)
    for (let k = 2; k < corners.length; k++) group.corners.push(corners[0], corners[k - 1], corners[k])
  }
  const parts = [...groups.values()].map(({ color, corners }) => ({
    positions,
    faces: Uint32Array.from(corners),
    uvs: null,
    tints,
    material: { color, texture: null },
  }))
  return { parts, unit: UNIT_ASSUMED, warnings: [] }
}

const numbersOf = (line: string): number[] => (line === '' ? [] : line.split(/\s+/).map(Number))

/** Whole numbers count to 255 unless all are 0 or 1; a single number is an index into a table that nobody has. */
function colorOf(values: readonly number[]): readonly [number, number, number] | null {
  if (values.length < 3) return null
  const rgb = values.slice(0, 3)
  const scale = rgb.some((value) => value > 1) ? 255 : 1
  const [r, g, b] = rgb.map((value) => linearOfSrgb(Math.min(1, Math.max(0, value / scale))))
  return [r, g, b]
}
