import { transformFrom, type DepthImage, type PinholeCamera, type TriangleMesh } from '@sextant/geometry'
import { decodeFrame, encodeColorPng, paintDepth, type FrameBytes } from '@sextant/image'
import { readObjectMesh } from '@sextant/library'
import { simplifyByClustering } from '@sextant/mesh'
import { createRasterMesh, createRasterTarget, renderInto } from '@sextant/raster'
import { drawContactSheet } from './objects/draw-contact-sheet.ts'
import { drawThumbnail } from './objects/draw-thumbnail.ts'
import { inspectCad, type InspectTask } from './objects/inspect-cad.ts'

/** A posed CAD file, for the residuals of a cloud. */
export interface PosedMesh {
  readonly cadPath: string
  /** row-major 3x3 */
  readonly rotation: readonly number[]
  /** mm */
  readonly translation: readonly number[]
}

/** What the browser needs and cannot make itself; docs/formats/console-binaries.md describes the answers. */
export type ViewTask =
  | {
      readonly kind: 'cloud'
      readonly bytes: FrameBytes
      readonly maxPoints: number
      readonly posed: readonly PosedMesh[]
    }
  | { readonly kind: 'depth'; readonly bytes: FrameBytes }
  | { readonly kind: 'mesh'; readonly cadPath: string; readonly maxFaces: number }
  | InspectTask
  | { readonly kind: 'thumbnail'; readonly cadPath: string; readonly size: number }
  | { readonly kind: 'contact-sheet'; readonly directory: string }

/** No surface of a model at this point. */
const NO_RESIDUAL = -32768
const RESIDUAL_LIMIT = 32767
/** counts of the residual per mm */
const RESIDUAL_COUNTS = 100

export async function runViewTask(task: ViewTask): Promise<Uint8Array> {
  switch (task.kind) {
    case 'mesh':
      return packMesh(await readMesh(task.cadPath), task.maxFaces)
    case 'inspect':
      return new TextEncoder().encode(JSON.stringify(await inspectCad(task)))
    case 'thumbnail':
      return drawThumbnail(await readMesh(task.cadPath), task.size)
    case 'contact-sheet':
      return drawContactSheet(task.directory)
    case 'cloud':
    case 'depth':
      return viewFrame(task)
  }
}

async function viewFrame(task: Extract<ViewTask, { kind: 'cloud' | 'depth' }>): Promise<Uint8Array> {
  const frame = await decodeFrame(task.bytes)
  if (task.kind === 'depth') return depthPicture(frame.depth)
  const rendered = await renderPosed(task.posed, frame.camera)
  return packCloud(frame.color.data, frame.depth, frame.camera, rendered, task.maxPoints)
}

async function readMesh(cadPath: string): Promise<TriangleMesh> {
  return (await readObjectMesh(cadPath)).mesh
}

/** Nearest rendered depth of all models, mm; 0 = none. */
async function renderPosed(posed: readonly PosedMesh[], camera: PinholeCamera): Promise<Float32Array | null> {
  if (posed.length === 0) return null
  const nearest = new Float32Array(camera.width * camera.height)
  const target = createRasterTarget(camera.width, camera.height)
  for (const { cadPath, rotation, translation } of posed) {
    const mesh = createRasterMesh(await readMesh(cadPath))
    renderInto(target, mesh, transformFrom<'camera', 'object'>(rotation, translation), camera)
    target.depths.forEach((depth, i) => {
      const known = nearest[i] ?? 0
      if (depth > 0 && (known === 0 || depth < known)) nearest[i] = depth
    })
  }
  return nearest
}

/** Header of four u32 (magic, count, 0, 0), then xyz f32, rgba u8, residual i16 (1/100 mm, observed - rendered). */
function packCloud(
  color: Uint8Array,
  depth: DepthImage,
  camera: PinholeCamera,
  rendered: Float32Array | null,
  maxPoints: number,
): Uint8Array {
  let valid = 0
  for (const z of depth.data) if (z > 0) valid++
  const stride = Math.max(1, Math.ceil(Math.sqrt(valid / maxPoints)))
  const pixels: number[] = []
  for (let v = 0; v < depth.height; v += stride) {
    for (let u = 0; u < depth.width; u += stride)
      if (at(depth.data, v * depth.width + u) > 0) pixels.push(v * depth.width + u)
  }
  const count = pixels.length
  const buffer = new ArrayBuffer(16 + count * 18)
  new Uint32Array(buffer, 0, 4).set([0x31435853, count, 0, 0])
  const xyz = new Float32Array(buffer, 16, 3 * count)
  const rgba = new Uint8Array(buffer, 16 + 12 * count, 4 * count)
  const residual = new Int16Array(buffer, 16 + 16 * count, count)
  pixels.forEach((pixel, i) => {
    const z = at(depth.data, pixel)
    const u = pixel % depth.width
    const v = (pixel - u) / depth.width
    xyz.set([((u - camera.cx) * z) / camera.fx, ((v - camera.cy) * z) / camera.fy, z], 3 * i)
    rgba.set([at(color, 3 * pixel), at(color, 3 * pixel + 1), at(color, 3 * pixel + 2), 255], 4 * i)
    const model = rendered === null ? 0 : at(rendered, pixel)
    const difference = Math.round((z - model) * RESIDUAL_COUNTS)
    residual[i] = model > 0 ? Math.max(-RESIDUAL_LIMIT, Math.min(RESIDUAL_LIMIT, difference)) : NO_RESIDUAL
  })
  return new Uint8Array(buffer)
}

/** Header of four u32 (magic, vertices, faces, 1 = has colours), then xyz f32, face indices u32, rgba u8. */
function packMesh(full: TriangleMesh, maxFaces: number): Uint8Array {
  const mesh = simplifyTo(full, maxFaces)
  const vertices = mesh.positions.length / 3
  const buffer = new ArrayBuffer(16 + 12 * vertices + 4 * mesh.faces.length + 4 * vertices)
  new Uint32Array(buffer, 0, 4).set([0x314d5853, vertices, mesh.faces.length / 3, mesh.colors === undefined ? 0 : 1])
  new Float32Array(buffer, 16, 3 * vertices).set(mesh.positions)
  new Uint32Array(buffer, 16 + 12 * vertices, mesh.faces.length).set(mesh.faces)
  const rgba = new Uint8Array(buffer, 16 + 12 * vertices + 4 * mesh.faces.length, 4 * vertices).fill(255)
  const { colors } = mesh
  if (colors !== undefined) {
    for (let i = 0; i < vertices; i++) rgba.set(colors.subarray(3 * i, 3 * i + 3), 4 * i)
  }
  return new Uint8Array(buffer)
}

/** Coarser and coarser cells until the mesh is small enough to draw. */
function simplifyTo(mesh: TriangleMesh, maxFaces: number): TriangleMesh {
  let current = mesh
  let cell = extentOf(mesh) / 256
  while (current.faces.length / 3 > maxFaces && cell > 0) {
    current = simplifyByClustering(mesh, cell)
    cell *= 1.4
  }
  return current
}

function extentOf({ positions }: TriangleMesh): number {
  let low = Infinity
  let high = -Infinity
  for (const value of positions) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return high - low
}

/** A PNG in false colours. Whole millimetres are plenty for looking at. */
function depthPicture({ data, width, height }: DepthImage): Promise<Uint8Array> {
  return encodeColorPng(paintDepth(Uint16Array.from(data), width, height), { compressionLevel: 3 })
}

const at = (array: Float32Array | Uint8Array, index: number): number => array[index] ?? 0
