import { undecodable } from './mesh-builder.ts'
import { linearOfByte } from './srgb.ts'
import type { SurfaceMaterial, SurfacePart } from './surface-part.ts'

/** Triangles whose corners name a position and a texture coordinate each, as OBJ and PLY write them. */
export interface WedgeSurface {
  /** [n, 3] mm, object */
  readonly positions: ArrayLike<number>
  /** [n, 3] sRGB bytes, or null */
  readonly colors: ArrayLike<number> | null
  /** [k, 2]; v grows upwards */
  readonly uvs: ArrayLike<number>
  /** [m, 3] positions */
  readonly faces: ArrayLike<number>
  /** [m, 3] texture coordinates, -1 where there is none; or empty */
  readonly faceUvs: ArrayLike<number>
}

/** Some faces of a surface with their material. */
export interface WedgeGroup {
  /** ranges of faces, [first, end) */
  readonly ranges: readonly (readonly [number, number])[]
  readonly material: SurfaceMaterial
  /** of the texture's coordinates, before they are used */
  readonly scale?: readonly [number, number]
  readonly offset?: readonly [number, number]
}

/** A vertex for each pair of position and texture coordinate. @throws {PlatformError} mesh.undecodable */
export function partOfWedges(surface: WedgeSurface, group: WedgeGroup): SurfacePart {
  const { positions, colors, uvs, faces, faceUvs } = surface
  const { scale = [1, 1], offset = [0, 0], material } = group
  const vertexCount = positions.length / 3
  const uvCount = uvs.length / 2
  const known = new Map<number, number>()
  const pairs: number[] = []
  const corners = new Uint32Array(3 * group.ranges.reduce((sum, [first, end]) => sum + end - first, 0))
  let at = 0
  for (const [first, end] of group.ranges) {
    for (let c = 3 * first; c < 3 * end; c++) {
      const vertex = faces[c]
      const uv = faceUvs.length === 0 ? -1 : faceUvs[c]
      if (!(vertex >= 0 && vertex < vertexCount) || uv >= uvCount) {
        throw undecodable(`face ${Math.floor(c / 3)} names vertex ${vertex}/${uv} of ${vertexCount}/${uvCount}`)
      }
      const key = vertex * (uvCount + 1) + (uv < 0 ? uvCount : uv)
      let index = known.get(key)
      if (index === undefined) {
        index = known.size
        known.set(key, index)
        pairs.push(vertex, uv)
      }
      corners[at++] = index
    }
  }
  const count = pairs.length / 2
  const part = { positions: new Float64Array(3 * count), uvs: new Float64Array(2 * count) }
  const tints = colors === null || material.texture !== null ? null : new Float32Array(3 * count)
  for (let i = 0; i < count; i++) {
    const [vertex, uv] = [pairs[2 * i], pairs[2 * i + 1]]
    for (let k = 0; k < 3; k++) {
      part.positions[3 * i + k] = positions[3 * vertex + k]
      if (tints !== null && colors !== null) tints[3 * i + k] = linearOfByte(colors[3 * vertex + k])
    }
    part.uvs[2 * i] = uv < 0 ? 0 : scale[0] * uvs[2 * uv] + offset[0]
    part.uvs[2 * i + 1] = uv < 0 ? 0 : 1 - (scale[1] * uvs[2 * uv + 1] + offset[1])
  }
  // Own colours of the vertices say more than the one of their material.
  const color = tints === null ? material.color : null
  return { ...part, faces: corners, tints, material: { ...material, color } }
}
