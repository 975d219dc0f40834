import type {
  Accessor,
  Document,
  GLTF,
  JSONDocument,
  Material,
  Node,
  Primitive,
  Texture as GltfTexture,
  TextureInfo,
} from '@gltf-transform/core'
import type { Transform } from '@gltf-transform/extensions'
import { PlatformError } from '@sextant/contracts'
import { MILLIMETERS_PER_METER } from '@sextant/geometry'
import { loadDracoDecoder } from './foreign-parsers.ts'
import { undecodable } from './mesh-builder.ts'
import { decodeTexture, findSibling } from './read-texture.ts'
import type { MeshSources, SurfaceMaterial, SurfacePart, SurfaceScene, Texture, TextureWrap } from './surface-part.ts'

type Matrix4 = readonly number[]

const IDENTITY: Matrix4 = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
const MAX_DEPTH = 200
const TRIANGLES = 4
const TRIANGLE_STRIP = 5
const TRIANGLE_FAN = 6
const CLAMP_TO_EDGE = 33071
const MIRRORED_REPEAT = 33648

/**
 * Parses glTF 2.0, binary or JSON, with the node transforms of its default scene applied. The format's unit is the
 * metre; positions come out in mm, axes stay the file's. Draco, meshopt and quantised meshes are read. Skins and morph
 * targets stay in their rest pose.
 *
 * @throws {PlatformError} mesh.undecodable, mesh.too_large
 * @source Khronos, glTF 2.0.1 specification
 */
export async function parseGltf(bytes: Uint8Array, fileName: string, sources: MeshSources): Promise<SurfaceScene> {
  const warnings: string[] = []
  try {
    const document = await readDocument(bytes, sources)
    const parts = await collectParts(document, sources, warnings)
    return { parts, unit: { millimetersPerUnit: MILLIMETERS_PER_METER, basis: 'file' }, warnings }
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw undecodable(`${fileName} is not readable as glTF: ${reason}`, cause)
  }
}

async function readDocument(bytes: Uint8Array, sources: MeshSources): Promise<Document> {
  const [{ Logger, Verbosity, WebIO }, { ALL_EXTENSIONS }, { MeshoptDecoder }] = await Promise.all([
    import('@gltf-transform/core'),
    import('@gltf-transform/extensions'),
    import('meshoptimizer'),
  ])
  const split = splitContainer(bytes)
  assertAccessors(split.json, sources)
  if (split.json.extensionsUsed?.includes('EXT_meshopt_compression') === true) await MeshoptDecoder.ready
  const dependencies: Record<string, unknown> = { 'meshopt.decoder': MeshoptDecoder }
  if (split.json.extensionsUsed?.includes('KHR_draco_mesh_compression') === true) {
    dependencies['draco3d.decoder'] = await loadDracoDecoder()
  }
  const io = new WebIO()
    .setLogger(new Logger(Verbosity.SILENT))
    .registerExtensions(ALL_EXTENSIONS)
    .registerDependencies(dependencies)
  return io.readJSON({ json: split.json, resources: await loadResources(split, sources) })
}

const GLB_MAGIC = 0x46546c67
const CHUNK_JSON = 0x4e4f534a
const CHUNK_BIN = 0x004e4942
/** the name under which glTF-Transform looks for the binary chunk */
const GLB_BUFFER = '@glb.bin'

interface Container {
  readonly json: GLTF.IGLTF
  readonly binary: Uint8Array<ArrayBuffer> | null
}

/** JSON and binary chunk, each of the length it claims. @throws {Error} a broken container */
function splitContainer(bytes: Uint8Array): Container {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const decode = (text: Uint8Array): GLTF.IGLTF => {
    const json: unknown = JSON.parse(new TextDecoder().decode(text))
    if (typeof json !== 'object' || json === null || !('asset' in json)) throw new Error('it has no asset')
    return json as GLTF.IGLTF
  }
  if (bytes.length < 12 || view.getUint32(0, true) !== GLB_MAGIC) return { json: decode(bytes), binary: null }
  if (view.getUint32(4, true) !== 2) throw new Error(`its version is ${view.getUint32(4, true)}, 2 is read`)
  let json: GLTF.IGLTF | null = null
  let binary: Uint8Array<ArrayBuffer> | null = null
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at, true)
    const type = view.getUint32(at + 4, true)
    if (at + 8 + length > bytes.length) throw new Error('a chunk ends after the file')
    const chunk = bytes.subarray(at + 8, at + 8 + length)
    if (type === CHUNK_JSON && json === null) json = decode(chunk)
    else if (type === CHUNK_BIN && binary === null) binary = new Uint8Array(chunk)
    at += 8 + length
  }
  if (json === null) throw new Error('it has no JSON chunk')
  return { json, binary }
}

/** Accessors without a buffer view are zeros of any claimed length; a few bytes must not become gigabytes. */
function assertAccessors(json: GLTF.IGLTF, { limits }: MeshSources): void {
  let total = 0
  for (const accessor of json.accessors ?? []) if (accessor.bufferView === undefined) total += accessor.count
  if (!(total > 3 * limits.maxFaces)) return
  throw new PlatformError('mesh.too_large', { detail: `the glTF claims ${total} values that it does not hold` })
}

/** Buffers and images that lie beside the file. A missing image costs its colours only, a missing buffer everything. */
async function loadResources({ json, binary }: Container, sources: MeshSources): Promise<JSONDocument['resources']> {
  const resources: JSONDocument['resources'] = binary === null ? {} : { [GLB_BUFFER]: binary }
  const load = async (uri: string | undefined): Promise<boolean> => {
    if (uri === undefined || uri.startsWith('data:')) return true
    const found = await findSibling(decodeURIComponent(uri), sources)
    if (found === null) return false
    resources[uri] = new Uint8Array(found)
    return true
  }
  for (const { uri } of json.buffers ?? []) {
    if (!(await load(uri))) throw new Error(`its buffer ${uri ?? ''} is not beside it`)
  }
  for (const image of json.images ?? []) {
    if (!(await load(image.uri))) resources[image.uri ?? ''] = new Uint8Array(0)
  }
  return resources
}

async function collectParts(document: Document, sources: MeshSources, warnings: string[]): Promise<SurfacePart[]> {
  const root = document.getRoot()
  const scene = root.getDefaultScene() ?? root.listScenes().at(0)
  const nodes: Node[] = scene === undefined ? root.listNodes() : scene.listChildren()
  const placed: { readonly primitive: Primitive; readonly objectFromPart: Matrix4 }[] = []
  const seen = new Set<Node>()
  const visit = (node: Node, parent: Matrix4, depth: number): void => {
    if (seen.has(node) || depth > MAX_DEPTH) throw new Error('its nodes form a loop')
    seen.add(node)
    const matrix = multiply(parent, node.getMatrix())
    for (const primitive of node.getMesh()?.listPrimitives() ?? []) placed.push({ primitive, objectFromPart: matrix })
    if (node.getSkin() !== null) warnings.push('a skinned mesh is taken in its rest pose')
    for (const child of node.listChildren()) visit(child, matrix, depth + 1)
  }
  for (const node of nodes) if (!seen.has(node)) visit(node, IDENTITY, 0)
  const textures = new Map<GltfTexture, Promise<Texture['image'] | null>>()
  const imageOf = (texture: GltfTexture): Promise<Texture['image'] | null> => {
    const known = textures.get(texture) ?? imageOfTexture(texture, sources, warnings)
    textures.set(texture, known)
    return known
  }
  const parts: SurfacePart[] = []
  let skipped = 0
  for (const { primitive, objectFromPart } of placed) {
    const part = await readPrimitive(primitive, objectFromPart, imageOf)
    if (part === null) skipped++
    else parts.push(part)
  }
  if (skipped > 0) warnings.push(`${skipped} pieces without triangles (points, lines) are not used`)
  return parts
}

async function imageOfTexture(
  texture: GltfTexture,
  sources: MeshSources,
  warnings: string[],
): Promise<Texture['image'] | null> {
  const name = texture.getName() || texture.getURI() || texture.getMimeType()
  const bytes = texture.getImage()
  if (bytes !== null && bytes.length > 0) return decodeTexture(bytes, name, sources, warnings)
  warnings.push(`the texture ${name} is missing; its surfaces have their plain colour`)
  return null
}

async function readPrimitive(
  primitive: Primitive,
  matrix: Matrix4,
  imageOf: (texture: GltfTexture) => Promise<Texture['image'] | null>,
): Promise<SurfacePart | null> {
  const position = primitive.getAttribute('POSITION')
  if (position === null || position.getElementSize() !== 3) return null
  const count = position.getCount()
  const indices = primitive.getIndices()
  const faces = trianglesOf(primitive.getMode(), cornersOf(indices, count))
  if (faces === null || faces.length === 0) return null
  const positions = new Float64Array(3 * count)
  const element = [0, 0, 0]
  for (let i = 0; i < count; i++) {
    const [x, y, z] = position.getElement(i, element)
    for (let k = 0; k < 3; k++) {
      positions[3 * i + k] =
        MILLIMETERS_PER_METER * (matrix[k] * x + matrix[4 + k] * y + matrix[8 + k] * z + matrix[12 + k])
    }
  }
  if (determinant(matrix) < 0) {
    for (let f = 0; f < faces.length; f += 3) [faces[f + 1], faces[f + 2]] = [faces[f + 2], faces[f + 1]]
  }
  const { material, uvs } = await readMaterial(primitive, imageOf)
  return { positions, faces, uvs, tints: readTints(primitive, count), material }
}

function cornersOf(indices: Accessor | null, count: number): Uint32Array {
  if (indices === null) return Uint32Array.from({ length: count }, (_, i) => i)
  return Uint32Array.from({ length: indices.getCount() }, (_, i) => indices.getScalar(i))
}

function trianglesOf(mode: number, corners: Uint32Array): Uint32Array | null {
  if (mode === TRIANGLES) return corners.slice(0, corners.length - (corners.length % 3))
  if (mode !== TRIANGLE_STRIP && mode !== TRIANGLE_FAN) return null
  const faces = new Uint32Array(3 * Math.max(0, corners.length - 2))
  for (let i = 0; i + 2 < corners.length; i++) {
    const face =
      mode === TRIANGLE_FAN
        ? [corners[0], corners[i + 1], corners[i + 2]]
        : [corners[i], corners[i + 1 + (i % 2)], corners[i + 2 - (i % 2)]]
    faces.set(face, 3 * i)
  }
  return faces
}

/** Vertex colours are linear and multiply the base colour. */
function readTints(primitive: Primitive, count: number): Float32Array | null {
  const color = primitive.getAttribute('COLOR_0')
  if (color === null || color.getCount() < count || color.getElementSize() < 3) return null
  const tints = new Float32Array(3 * count)
  const element = [1, 1, 1, 1]
  for (let i = 0; i < count; i++) tints.set(color.getElement(i, element).slice(0, 3), 3 * i)
  return tints
}

async function readMaterial(
  primitive: Primitive,
  imageOf: (texture: GltfTexture) => Promise<Texture['image'] | null>,
): Promise<{ readonly material: SurfaceMaterial; readonly uvs: Float64Array | null }> {
  const material: Material | null = primitive.getMaterial()
  if (material === null) return { material: { color: null, texture: null }, uvs: null }
  const [r, g, b] = material.getBaseColorFactor()
  const color = [r, g, b] as const
  const texture = material.getBaseColorTexture()
  const info = material.getBaseColorTextureInfo()
  const image = texture === null || info === null ? null : await imageOf(texture)
  if (image === null || info === null) return { material: { color, texture: null }, uvs: null }
  const uvs = readUvs(primitive, info)
  const wrapped = { image, wrapU: wrapOf(info.getWrapS()), wrapV: wrapOf(info.getWrapT()) }
  return { material: { color, texture: wrapped }, uvs }
}

const wrapOf = (mode: number): TextureWrap =>
  mode === CLAMP_TO_EDGE ? 'clamp' : mode === MIRRORED_REPEAT ? 'mirror' : 'repeat'

function readUvs(primitive: Primitive, info: TextureInfo): Float64Array | null {
  const moved = info.getExtension<Transform>('KHR_texture_transform')
  const accessor = primitive.getAttribute(`TEXCOORD_${moved?.getTexCoord() ?? info.getTexCoord()}`)
  const count = primitive.getAttribute('POSITION')?.getCount() ?? 0
  if (accessor === null || accessor.getCount() < count) return null
  const [offsetU, offsetV] = moved?.getOffset() ?? [0, 0]
  const [scaleU, scaleV] = moved?.getScale() ?? [1, 1]
  const cos = Math.cos(moved?.getRotation() ?? 0)
  const sin = Math.sin(moved?.getRotation() ?? 0)
  const uvs = new Float64Array(2 * count)
  const element = [0, 0]
  for (let i = 0; i < count; i++) {
    const [u, v] = accessor.getElement(i, element)
    uvs[2 * i] = cos * scaleU * u + sin * scaleV * v + offsetU
    uvs[2 * i + 1] = -sin * scaleU * u + cos * scaleV * v + offsetV
  }
  return uvs
}

/** Column-major, as glTF writes matrices. */
function multiply(a: Matrix4, b: Matrix4): Matrix4 {
  return Array.from({ length: 16 }, (_, i) => {
    const row = i % 4
    const column = i - row
    let sum = 0
    for (let k = 0; k < 4; k++) sum += a[4 * k + row] * b[column + k]
    return sum
  })
}

function determinant(m: Matrix4): number {
  return m[0] * (m[5] * m[10] - m[9] * m[6]) - m[4] * (m[1] * m[10] - m[9] * m[2]) + m[8] * (m[1] * m[6] - m[5] * m[2])
}
