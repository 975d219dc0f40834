import { PlatformError } from '@sextant/contracts'
import { finishMesh, undecodable, type ParsedMesh } from './mesh-builder.ts'
import { longestEdgeInPixels, sampleTexture } from './sample-texture.ts'
import { byteOfLinear } from './srgb.ts'
import { subdividePart } from './subdivide-part.ts'
import type { MeshLimits, SurfacePart, SurfaceScene } from './surface-part.ts'
import { weldVertices } from './weld-vertices.ts'

/** Textured faces are cut until their edges are this part of the object's extent: two or three pixels of a template. */
const STEPS_PER_EXTENT = 160
/** Cutting stops near this many faces. */
const CUT_FACES = 120_000
/** sRGB grey of surfaces without a colour among coloured ones */
const PLAIN_GREY = 180

/**
 * Makes one mesh with vertex colours of all parts: textures are sampled, factors multiplied, equal vertices joined.
 * Parts that share positions but not colours keep their own vertices there, so colour borders stay sharp.
 *
 * @throws {PlatformError} mesh.too_large, mesh.undecodable, mesh.degenerate
 */
export function paintScene(scene: SurfaceScene, limits: MeshLimits): ParsedMesh {
  const { parts, warnings } = scene
  const faceCount = parts.reduce((sum, part) => sum + part.faces.length / 3, 0)
  assertFaceCount(faceCount, limits)
  parts.forEach(assertIndices)
  const cut = cutTexturedParts(parts)
  const painted = cut.map(colorsOf)
  const isColored = painted.some((colors) => colors !== null)
  if (isColored && painted.some((colors) => colors === null)) {
    warnings.push('some surfaces have no colour; they are painted grey')
  }
  const vertexCount = cut.reduce((sum, part) => sum + part.positions.length / 3, 0)
  const positions = new Float32Array(3 * vertexCount)
  const colors = isColored ? new Uint8Array(3 * vertexCount).fill(PLAIN_GREY) : null
  const faces = new Uint32Array(cut.reduce((sum, part) => sum + part.faces.length, 0))
  let vertexAt = 0
  let faceAt = 0
  cut.forEach((part, i) => {
    positions.set(part.positions, 3 * vertexAt)
    const own = painted[i]
    if (own !== null) colors?.set(own, 3 * vertexAt)
    for (const vertex of part.faces) faces[faceAt++] = vertex + vertexAt
    vertexAt += part.positions.length / 3
  })
  const { indexOf, kept } = weldVertices(positions, colors, faces)
  const pick = <T extends Float32Array | Uint8Array>(values: T, out: T): T => {
    kept.forEach((vertex, k) => {
      for (let axis = 0; axis < 3; axis++) out[3 * k + axis] = values[3 * vertex + axis]
    })
    return out
  }
  const parsed = finishMesh(
    pick(positions, new Float32Array(3 * kept.length)),
    faces.map((vertex) => indexOf[vertex]),
    colors === null ? null : pick(colors, new Uint8Array(3 * kept.length)),
    warnings,
  )
  return { ...parsed, hasTexture: parts.some(({ material }) => material.texture !== null) }
}

function assertIndices({ faces, positions }: SurfacePart): void {
  const count = positions.length / 3
  const wrong = faces.findIndex((vertex) => vertex >= count)
  if (wrong >= 0) throw undecodable(`face ${Math.floor(wrong / 3)} names vertex ${faces[wrong]} of ${count}`)
}

/** @throws {PlatformError} mesh.too_large */
export function assertFaceCount(count: number, { maxFaces }: MeshLimits): void {
  if (count <= maxFaces) return
  throw new PlatformError('mesh.too_large', { detail: `the mesh has ${count} faces, at most ${maxFaces} are read` })
}

/** Textured parts with faces larger than their picture's detail, cut finer; the others as they are. */
function cutTexturedParts(parts: readonly SurfacePart[]): readonly SurfacePart[] {
  const isCut = parts.map(({ material: { texture }, uvs, faces }) => {
    if (texture === null || uvs === null || isUniform(texture.image.data)) return false
    return longestEdgeInPixels(faces, uvs, texture.image) > 2
  })
  if (!isCut.includes(true)) return parts
  const step = stepFor(parts, (i) => isCut[i])
  if (step === null) return parts
  return parts.map((part, i) => (isCut[i] ? subdividePart(part, step, CUT_FACES) : part))
}

function isUniform(data: Uint8Array): boolean {
  for (let i = 3; i < data.length; i++) if (Math.abs(data[i] - data[i % 3]) > 2) return false
  return true
}

/** mm; null when the parts hold as many faces as wanted already, or have no extent */
function stepFor(parts: readonly SurfacePart[], isCut: (index: number) => boolean): number | null {
  let step = extentOf(parts) / STEPS_PER_EXTENT
  if (!(step > 0) || !Number.isFinite(step)) return null
  for (let tries = 0; tries < 40; tries++, step *= 1.25) {
    let estimate = 0
    parts.forEach((part, i) => {
      estimate += isCut(i) ? facesAfterCut(part, step) : part.faces.length / 3
    })
    if (estimate <= CUT_FACES) return step
  }
  return null
}

/** Halving leaves edges between half a step and a step: about a quarter square step a face. */
function facesAfterCut({ positions: p, faces }: SurfacePart, step: number): number {
  let count = 0
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]]
    const [ux, uy, uz] = [p[b] - p[a], p[b + 1] - p[a + 1], p[b + 2] - p[a + 2]]
    const [vx, vy, vz] = [p[c] - p[a], p[c + 1] - p[a + 1], p[c + 2] - p[a + 2]]
    const area = Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2
    count += 1 + (4 * area) / (step * step) + Math.hypot(ux, uy, uz) / step
  }
  return count
}

function extentOf(parts: readonly SurfacePart[]): number {
  const min = [Infinity, Infinity, Infinity]
  const max = [-Infinity, -Infinity, -Infinity]
  for (const { positions, faces } of parts) {
    for (const vertex of faces) {
      for (let a = 0; a < 3; a++) {
        min[a] = Math.min(min[a], positions[3 * vertex + a])
        max[a] = Math.max(max[a], positions[3 * vertex + a])
      }
    }
  }
  return Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2])
}

/** sRGB bytes of each vertex; null when the part has no colour. */
function colorsOf(part: SurfacePart): Uint8Array | null {
  const { material, tints, uvs } = part
  const texels = material.texture === null || uvs === null ? null : sampleTexture(part, material.texture, uvs)
  if (texels === null && tints === null && material.color === null) return null
  const factor = material.color ?? [1, 1, 1]
  const out = new Uint8Array(part.positions.length)
  for (let i = 0; i < out.length; i++) {
    out[i] = byteOfLinear(factor[i % 3] * (texels === null ? 1 : texels[i]) * (tints === null ? 1 : tints[i]))
  }
  return out
}
