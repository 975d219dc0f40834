import { PlatformError } from '@sextant/contracts'
import { MILLIMETERS_PER_METER } from '@sextant/geometry'
import { loadAssimp } from './foreign-parsers.ts'
import { undecodable } from './mesh-builder.ts'
import { readTexture } from './read-texture.ts'
import { linearOfSrgb } from './srgb.ts'
import {
  UNIT_ASSUMED,
  type MeshSources,
  type MeshUnit,
  type SurfaceMaterial,
  type SurfacePart,
  type SurfaceScene,
} from './surface-part.ts'

/** The parts of Assimp's own JSON that matter here. */
interface AssimpScene {
  readonly rootnode: AssimpNode
  readonly meshes?: readonly AssimpMesh[]
  readonly materials?: readonly { readonly properties: readonly AssimpProperty[] }[]
}
interface AssimpNode {
  /** row-major, to the parent */
  readonly transformation: readonly number[]
  readonly meshes?: readonly number[]
  readonly children?: readonly AssimpNode[]
}
interface AssimpMesh {
  readonly materialindex: number
  readonly vertices: readonly number[]
  readonly faces?: readonly (readonly number[])[]
  readonly texturecoords?: readonly (readonly number[])[]
  readonly numuvcomponents?: readonly number[]
  readonly colors?: readonly (readonly number[])[]
}
interface AssimpProperty {
  readonly key: string
  readonly semantic: number
  readonly index: number
  readonly value: unknown
}

/** Materials that Assimp invents for surfaces without any. */
const ASSIMP_DEFAULTS = ['DefaultMaterial', '%%%DEFAULT']
const DIFFUSE = 1
const MAX_DEPTH = 200

/**
 * Parses Collada, FBX and 3DS. Assimp turns some of them to its own up axis and scales some to metres; both is undone, so
 * that axes are the file's and lengths mm by the unit that the file states.
 *
 * Synchronous for as long as it takes, in memory that only the thread bounds: run it in a worker.
 * @throws {PlatformError} mesh.undecodable
 */
export async function parseAssimp(
  bytes: Uint8Array,
  fileName: string,
  extension: '.dae' | '.fbx' | '.3ds',
  sources: MeshSources,
): Promise<SurfaceScene> {
  const warnings: string[] = []
  const scene = await convert(bytes, fileName, extension)
  const { unit, millimeters, objectFromAssimp } = conventionOf(bytes, extension)
  const materials = await Promise.all(
    (scene.materials ?? []).map(({ properties }) => readMaterial(properties, sources, warnings)),
  )
  const parts: SurfacePart[] = []
  const visit = (node: AssimpNode, parent: readonly number[], depth: number): void => {
    if (depth > MAX_DEPTH) throw undecodable(`${fileName}: its nodes are nested more than ${MAX_DEPTH} deep`)
    const matrix = multiply(parent, node.transformation)
    for (const index of node.meshes ?? []) {
      const mesh = scene.meshes?.[index]
      if (mesh === undefined) continue
      const material = materials.at(mesh.materialindex) ?? { color: null, texture: null }
      const part = partOf(mesh, material, matrix)
      if (part.faces.length > 0) parts.push(part)
    }
    for (const child of node.children ?? []) visit(child, matrix, depth + 1)
  }
  const scale = [millimeters, 0, 0, 0, 0, millimeters, 0, 0, 0, 0, millimeters, 0, 0, 0, 0, 1]
  visit(scene.rootnode, multiply(scale, objectFromAssimp), 0)
  return { parts, unit, warnings }
}

async function convert(bytes: Uint8Array, fileName: string, extension: string): Promise<AssimpScene> {
  const lines: string[] = []
  const assimp = await loadAssimp((line) => lines.push(line))
  const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : lines.at(-1)) ?? 'it is broken'
  try {
    const files = new assimp.FileList()
    files.AddFile(`cad${extension}`, bytes)
    const result = assimp.ConvertFileList(files, 'assjson')
    if (result.IsSuccess() && result.FileCount() > 0) {
      return JSON.parse(new TextDecoder().decode(result.GetFile(0).GetContent())) as AssimpScene
    }
    throw undecodable(`${fileName} is not readable as ${extension.slice(1).toUpperCase()}: ${result.GetErrorCode()}`)
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause
    throw undecodable(`${fileName} is not readable: ${reason(cause)}`, cause)
  }
}

interface Convention {
  readonly unit: MeshUnit
  /** mm in what Assimp delivers */
  readonly millimeters: number
  /** row-major rotation that undoes Assimp's */
  readonly objectFromAssimp: readonly number[]
}

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
/** Assimp turns z up into y up: (x, y, z) -> (x, z, -y). */
const UNDO_Z_UP = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
/** Assimp turns x up into y up: (x, y, z) -> (-y, x, z). */
const UNDO_X_UP = [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
const MILLIMETERS_PER_CENTIMETER = 10

function conventionOf(bytes: Uint8Array, extension: '.dae' | '.fbx' | '.3ds'): Convention {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (extension) {
    case '.dae': {
      // Collada: one metre a unit unless the asset says otherwise.
      const asset = /<asset[\s>][\s\S]*?<\/asset>/.exec(text.toString('latin1', 0, 65536))?.[0] ?? ''
      const meters = Number(/<unit\b[^>]*\bmeter\s*=\s*["']([^"']+)["']/.exec(asset)?.[1] ?? 1)
      const up = /<up_axis>\s*([XYZ])_UP\s*<\/up_axis>/.exec(asset)?.[1] ?? 'Y'
      return {
        unit: { millimetersPerUnit: MILLIMETERS_PER_METER * (meters > 0 ? meters : 1), basis: 'file' },
        millimeters: MILLIMETERS_PER_METER,
        objectFromAssimp: up === 'Z' ? UNDO_Z_UP : up === 'X' ? UNDO_X_UP : IDENTITY,
      }
    }
    case '.fbx': {
      const centimeters = fbxUnit(text)
      if (centimeters === null) return { unit: UNIT_ASSUMED, millimeters: 1, objectFromAssimp: IDENTITY }
      const millimeters = MILLIMETERS_PER_CENTIMETER * centimeters
      return {
        unit: { millimetersPerUnit: millimeters, basis: 'file' },
        millimeters,
        objectFromAssimp: IDENTITY,
      }
    }
    case '.3ds':
      return { unit: UNIT_ASSUMED, millimeters: 1, objectFromAssimp: UNDO_Z_UP }
  }
}

/** UnitScaleFactor of an FBX file, binary or ASCII: centimetres a unit; null when it states none. */
function fbxUnit(file: Buffer): number | null {
  const NAME = 'UnitScaleFactor'
  for (let at = file.indexOf(NAME); at >= 0; at = file.indexOf(NAME, at + 1)) {
    if (file.toString('latin1', Math.max(0, at - 8), at) === 'Original') continue
    const rest = file.subarray(at + NAME.length, at + NAME.length + 96)
    const ascii = /^"\s*,\s*"double"\s*,\s*"Number"\s*,\s*""\s*,\s*([-+\d.eE]+)/.exec(rest.toString('latin1'))
    // Binary: the strings "double", "Number" and "" follow, each S and its length, then D and eight bytes.
    const tail = rest.indexOf(Buffer.from([0x53, 0, 0, 0, 0, 0x44]))
    const value =
      ascii !== null ? Number(ascii[1]) : tail >= 0 && tail + 14 <= rest.length ? rest.readDoubleLE(tail + 6) : 0
    if (value > 0 && Number.isFinite(value)) return value
  }
  return null
}

async function readMaterial(
  properties: readonly AssimpProperty[],
  sources: MeshSources,
  warnings: string[],
): Promise<SurfaceMaterial> {
  const valueOf = (key: string): unknown => properties.find((property) => property.key === key)?.value
  const isDefault = ASSIMP_DEFAULTS.includes(String(valueOf('?mat.name')))
  const diffuse = valueOf('$clr.diffuse')
  const file = properties.find(({ key, semantic, index }) => key === '$tex.file' && semantic === DIFFUSE && index === 0)
  const image = typeof file?.value === 'string' ? await readTexture(file.value, sources, warnings) : null
  const color = isDefault || !isColor(diffuse) ? null : diffuse
  const [r, g, b] = (color ?? [1, 1, 1]).map(linearOfSrgb)
  if (image !== null) {
    // A black factor below a texture means the texture.
    const factor = r + g + b > 0 ? ([r, g, b] as const) : null
    return { color: factor, texture: { image, wrapU: 'repeat', wrapV: 'repeat' } }
  }
  return { color: color === null ? null : [r, g, b], texture: null }
}

const isColor = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length >= 3 && value.every((channel) => typeof channel === 'number')

function partOf(mesh: AssimpMesh, material: SurfaceMaterial, matrix: readonly number[]): SurfacePart {
  const count = mesh.vertices.length / 3
  const positions = new Float64Array(3 * count)
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < 3; k++) {
      positions[3 * i + k] =
        matrix[4 * k] * mesh.vertices[3 * i] +
        matrix[4 * k + 1] * mesh.vertices[3 * i + 1] +
        matrix[4 * k + 2] * mesh.vertices[3 * i + 2] +
        matrix[4 * k + 3]
    }
  }
  const faces = Uint32Array.from((mesh.faces ?? []).filter((face) => face.length === 3).flat())
  if (determinant(matrix) < 0) {
    for (let f = 0; f < faces.length; f += 3) [faces[f + 1], faces[f + 2]] = [faces[f + 2], faces[f + 1]]
  }
  const tints = material.texture === null ? tintsOf(mesh, count) : null
  // Colours of the vertices say more than the one of their material.
  const own = tints === null ? material : { ...material, color: null }
  return { positions, faces, uvs: uvsOf(mesh, count), tints, material: own }
}

function uvsOf({ texturecoords, numuvcomponents }: AssimpMesh, count: number): Float64Array | null {
  const values = texturecoords?.at(0)
  const width = numuvcomponents?.at(0) ?? 2
  if (values === undefined || width < 2 || values.length < width * count) return null
  return Float64Array.from({ length: 2 * count }, (_, i) => {
    const value = values[width * (i >> 1) + (i % 2)]
    return i % 2 === 0 ? value : 1 - value
  })
}

function tintsOf({ colors }: AssimpMesh, count: number): Float32Array | null {
  const values = colors?.at(0)
  if (values === undefined || values.length < 4 * count) return null
  return Float32Array.from({ length: 3 * count }, (_, i) => linearOfSrgb(values[4 * Math.floor(i / 3) + (i % 3)]))
}

/** Row-major. */
function multiply(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 16 }, (_, i) => {
    const row = 4 * Math.floor(i / 4)
    let sum = 0
    for (let k = 0; k < 4; k++) sum += a[row + k] * b[4 * k + (i % 4)]
    return sum
  })
}

function determinant(m: readonly number[]): number {
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8])
}
