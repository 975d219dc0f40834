import { finishMesh, type ParsedMesh } from './mesh-builder.ts'
import { paintScene } from './paint-scene.ts'
import { readPly, type PlySurface } from './parse-ply.ts'
import { readTexture } from './read-texture.ts'
import { UNIT_ASSUMED, type MeshSources, type SurfacePart } from './surface-part.ts'
import { partOfWedges } from './wedge-surface.ts'

/**
 * Parses PLY with the pictures that `comment TextureFile` names, as MeshLab and BOP's data sets write it: texture
 * coordinates of vertices (`u v`, `s t`, `texture_u texture_v`) or of the corners of faces (`texcoord`, `texnumber`).
 *
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate, mesh.too_large
 */
export async function readTexturedPly(bytes: Uint8Array, sources: MeshSources): Promise<ParsedMesh> {
  const surface = readPly(bytes)
  const warnings: string[] = []
  const parts = surface.uvs.length === 0 ? [] : await partsOf(surface, sources, warnings)
  const isTextured = parts.some(({ material }) => material.texture !== null)
  if (isTextured) return paintScene({ parts, unit: UNIT_ASSUMED, warnings }, sources.limits)
  return finishMesh(surface.positions, surface.faces, surface.colors, warnings)
}

/** One part for each texture. */
async function partsOf(surface: PlySurface, sources: MeshSources, warnings: string[]): Promise<SurfacePart[]> {
  const { faceTextures, textureFiles } = surface
  const wedges = { ...surface, faceUvs: surface.faceUvs ?? surface.faces }
  const ranges = new Map<number, [number, number][]>()
  for (let f = 0; f < surface.faces.length / 3; f++) {
    const number = faceTextures === null ? 0 : faceTextures[f]
    const own = ranges.get(number) ?? []
    ranges.set(number, own)
    const last = own.at(-1)
    if (last?.[1] === f) last[1]++
    else own.push([f, f + 1])
  }
  const parts: SurfacePart[] = []
  for (const [number, own] of ranges) {
    const file = textureFiles.at(number)
    const image = file === undefined ? null : await readTexture(file, sources, warnings)
    const texture = image === null ? null : ({ image, wrapU: 'repeat', wrapV: 'repeat' } as const)
    parts.push(partOfWedges(wedges, { ranges: own, material: { color: null, texture } }))
  }
  return parts
}
