import type { ParsedMesh } from './mesh-builder.ts'
import { finishObj, readObj, type ObjSurface } from './parse-obj.ts'
import { parseMtl, type ObjMaterial } from './parse-mtl.ts'
import { paintScene } from './paint-scene.ts'
import { findSibling, readTexture } from './read-texture.ts'
import { UNIT_ASSUMED, type MeshSources, type SurfacePart, type TextureWrap } from './surface-part.ts'
import { partOfWedges } from './wedge-surface.ts'

/**
 * Parses OBJ with the material libraries and textures beside it; colours of vertices win over Kd, textures over both.
 * @throws {PlatformError} mesh.undecodable, mesh.degenerate, mesh.too_large
 */
export async function readTexturedObj(bytes: Uint8Array, sources: MeshSources): Promise<ParsedMesh> {
  const surface = readObj(bytes)
  const warnings: string[] = []
  const materials = await readMaterials(surface.libraries, sources, warnings)
  const parts = await partsOf(surface, materials, sources, warnings)
  const isPainted = parts.some(({ material }) => material.color !== null || material.texture !== null)
  if (isPainted) return paintScene({ parts, unit: UNIT_ASSUMED, warnings }, sources.limits)
  const parsed = finishObj(surface)
  return { ...parsed, warnings: [...warnings, ...parsed.warnings] }
}

async function readMaterials(
  libraries: readonly string[],
  sources: MeshSources,
  warnings: string[],
): Promise<Map<string, ObjMaterial>> {
  const all = new Map<string, ObjMaterial>()
  for (const library of new Set(libraries)) {
    const bytes = await findSibling(library, sources)
    if (bytes === null) warnings.push(`the materials ${library} are not beside the CAD; their colours are not known`)
    else for (const [name, material] of parseMtl(bytes)) all.set(name, material)
  }
  return all
}

/** One part for each material that faces use. */
async function partsOf(
  surface: ObjSurface,
  materials: ReadonlyMap<string, ObjMaterial>,
  sources: MeshSources,
  warnings: string[],
): Promise<SurfacePart[]> {
  const ranges = new Map<string | null, (readonly [number, number])[]>()
  surface.runs.forEach(({ material, firstFace }, i) => {
    const end = surface.runs.at(i + 1)?.firstFace ?? surface.faces.length / 3
    if (end > firstFace) ranges.set(material, [...(ranges.get(material) ?? []), [firstFace, end]])
  })
  const parts: SurfacePart[] = []
  for (const [name, own] of ranges) {
    const { color = null, texture = null } = name === null ? {} : (materials.get(name) ?? {})
    const hasUvs = own.some(([first, end]) => surface.faceUvs.subarray(3 * first, 3 * end).some((uv) => uv >= 0))
    const image = texture === null || !hasUvs ? null : await readTexture(texture.file, sources, warnings)
    if (texture === null || image === null) {
      parts.push(partOfWedges({ ...surface, faceUvs: [] }, { ranges: own, material: { color, texture: null } }))
      continue
    }
    const wrap: TextureWrap = texture.isClamped ? 'clamp' : 'repeat'
    const material = { color: orWhite(color), texture: { image, wrapU: wrap, wrapV: wrap } }
    parts.push(partOfWedges(surface, { ranges: own, material, scale: texture.scale, offset: texture.offset }))
  }
  return parts
}

/** Many exporters write a black Kd below a texture and mean the texture. */
function orWhite(color: ObjMaterial['color']): ObjMaterial['color'] {
  return color !== null && color.every((value) => value === 0) ? null : color
}
