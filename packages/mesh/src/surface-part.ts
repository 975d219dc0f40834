import type { ColorImage } from '@sextant/geometry'

export type TextureWrap = 'repeat' | 'clamp' | 'mirror'

export interface Texture {
  readonly image: ColorImage
  readonly wrapU: TextureWrap
  readonly wrapV: TextureWrap
}

/** What paints a piece of surface. Colours are linear light 0..1, so that factors may be multiplied. */
export interface SurfaceMaterial {
  /** null: the file gives none */
  readonly color: readonly [number, number, number] | null
  readonly texture: Texture | null
}

/** Triangles with one material, as scene formats deliver them; vertices are split wherever a corner differs. */
export interface SurfacePart {
  /** [n, 3] mm, object */
  readonly positions: Float64Array
  /** [m, 3] */
  readonly faces: Uint32Array
  /** [n, 2]; (0, 0) is the top-left corner of the texture, (1, 1) the bottom-right one */
  readonly uvs: Float64Array | null
  /** [n, 3] linear colours that multiply the material's */
  readonly tints: Float32Array | null
  readonly material: SurfaceMaterial
}

/** Ports and limits of reading: bytes in, mesh out; whoever calls decides where siblings and pixels come from. */
export interface MeshSources {
  /** Bytes of a file beside the CAD (materials, textures, buffers); null when there is none. */
  readonly readSibling: (name: string) => Promise<Uint8Array | null>
  /** Pixels of a PNG, JPEG or WebP. */
  readonly decodeImage: (bytes: Uint8Array, name: string) => Promise<ColorImage>
  readonly limits: MeshLimits
}

export interface MeshLimits {
  /** of the CAD file and of each sibling */
  readonly maxBytes: number
  readonly maxFaces: number
}

export const MESH_LIMITS: MeshLimits = { maxBytes: 512 * 1024 * 1024, maxFaces: 4_000_000 }

/** Where the size of the result comes from. */
export interface MeshUnit {
  /** what the file's coordinates were multiplied by; the mesh itself is in mm */
  readonly millimetersPerUnit: number
  /** `file`: the format or the file states its unit; `assumed`: it states none and millimetres are taken */
  readonly basis: 'file' | 'assumed'
}

/** Surfaces of a file before they become one mesh. */
export interface SurfaceScene {
  readonly parts: readonly SurfacePart[]
  readonly unit: MeshUnit
  readonly warnings: string[]
}

export const UNIT_ASSUMED: MeshUnit = { millimetersPerUnit: 1, basis: 'assumed' }
