import type { PoseV2 } from '@sextant/contracts'
import { decodeRle } from '@sextant/image/rle'
import type { ViewMesh } from '../api/binaries.ts'
import { edgesOf } from './feature-edges.ts'
import { BOX_EDGES, boxCorners, projectVertices, toCamera, toPixel, type Camera } from './projection.ts'

export type Layer = 'mask' | 'silhouette' | 'wireframe' | 'box' | 'axes' | 'label'
export const LAYERS: readonly Layer[] = ['mask', 'silhouette', 'wireframe', 'box', 'axes', 'label']

/** What is drawn of one pose. */
export interface PoseDrawing {
  readonly pose: PoseV2
  /** null: still loading, or deleted since */
  readonly mesh: ViewMesh | null
  readonly camera: Camera
  /** center of the object, mm, object; where the axes start */
  readonly center: readonly number[]
  readonly diameter: number
  readonly color: string
  readonly label: string
  /** the pose was not believed: drawn dashed */
  readonly isRejected: boolean
  readonly isSelected: boolean
}

const AXIS_COLORS = ['#ff4d4d', '#3ddc84', '#4d9bff']
/** length of the drawn axes, of the diameter */
const AXIS_LENGTH = 0.45
const MASK_ALPHA = 0.38

/** Draws into the pixels of the colour image. */
export function drawPose(context: CanvasRenderingContext2D, drawing: PoseDrawing, layers: ReadonlySet<Layer>): void {
  const { pose, mesh, camera, color, isRejected, isSelected } = drawing
  const unit = Math.max(1, camera.width / 900)
  context.save()
  context.lineJoin = 'round'
  context.lineCap = 'round'
  context.strokeStyle = color
  if (isRejected) context.setLineDash([6 * unit, 4 * unit])
  if (layers.has('mask')) drawMask(context, pose, color)
  if (mesh !== null) {
    const pixels = projectVertices(mesh, pose, camera)
    context.lineWidth = (isSelected ? 2.4 : 1.4) * unit
    const { silhouette, features } = linesOf(mesh, pose, pixels)
    if (layers.has('wireframe')) {
      context.globalAlpha = 0.6
      context.lineWidth = unit
      context.stroke(features)
      context.globalAlpha = 1
    }
    context.lineWidth = (isSelected ? 2.4 : 1.4) * unit
    if (layers.has('silhouette')) context.stroke(silhouette)
    if (layers.has('box')) drawBox(context, drawing, mesh)
  }
  context.setLineDash([])
  if (layers.has('axes')) drawAxes(context, drawing, unit)
  if (layers.has('label')) drawLabel(context, drawing, unit)
  context.restore()
}

function drawMask(context: CanvasRenderingContext2D, pose: PoseV2, color: string): void {
  const { width, height, data } = decodeRle(pose.mask)
  const layer = new OffscreenCanvas(width, height)
  const target = layer.getContext('2d')
  if (target === null) return
  const image = target.createImageData(width, height)
  const [red, green, blue] = channelsOf(color)
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) image.data.set([red, green, blue, 255], 4 * i)
  target.putImageData(image, 0, 0)
  context.save()
  context.globalAlpha = MASK_ALPHA
  context.drawImage(layer, 0, 0)
  context.restore()
}

/** Outline: edges between a face that looks at the camera and one that does not. Features: sharp edges that are seen. */
function linesOf(mesh: ViewMesh, pose: PoseV2, pixels: Float32Array): { silhouette: Path2D; features: Path2D } {
  const edges = edgesOf(mesh)
  const isFront = new Uint8Array(mesh.faces.length / 3)
  const x = (vertex: number): number => pixels[2 * (mesh.faces[vertex] ?? 0)] ?? 0
  const y = (vertex: number): number => pixels[2 * (mesh.faces[vertex] ?? 0) + 1] ?? 0
  for (let f = 0; f < isFront.length; f++) {
    const k = 3 * f
    const area = (x(k + 1) - x(k)) * (y(k + 2) - y(k)) - (y(k + 1) - y(k)) * (x(k + 2) - x(k))
    isFront[f] = area < 0 ? 1 : 0
  }
  const silhouette = new Path2D()
  const features = new Path2D()
  for (let e = 0; e < edges.isSharp.length; e++) {
    const a = edges.vertices[2 * e] ?? 0
    const b = edges.vertices[2 * e + 1] ?? 0
    const f = isFront[edges.faces[2 * e] ?? 0] ?? 0
    const second = edges.faces[2 * e + 1] ?? -1
    const g = second < 0 ? 1 - f : (isFront[second] ?? 0)
    const isOutline = f !== g
    if (!isOutline && !(edges.isSharp[e] === 1 && f === 1)) continue
    const path = isOutline ? silhouette : features
    path.moveTo(pixels[2 * a] ?? 0, pixels[2 * a + 1] ?? 0)
    path.lineTo(pixels[2 * b] ?? 0, pixels[2 * b + 1] ?? 0)
  }
  return { silhouette, features }
}

function drawBox(context: CanvasRenderingContext2D, { pose, camera }: PoseDrawing, mesh: ViewMesh): void {
  const corners = boxCorners(mesh).map((corner) => toPixel(camera, toCamera(pose, corner)))
  context.beginPath()
  for (const [a, b] of BOX_EDGES) {
    const from = corners[a]
    const to = corners[b]
    if (!from || !to) continue
    context.moveTo(from[0], from[1])
    context.lineTo(to[0], to[1])
  }
  context.stroke()
}

function drawAxes(context: CanvasRenderingContext2D, drawing: PoseDrawing, unit: number): void {
  const { pose, camera, center, diameter } = drawing
  const origin = toPixel(camera, toCamera(pose, center))
  if (origin === null) return
  const ends = [0, 1, 2].map((axis) => {
    const point = center.map((value, k) => value + (k === axis ? AXIS_LENGTH * diameter : 0))
    return { axis, point: toCamera(pose, point) }
  })
  // Farthest first, so that the nearest axis is on top.
  for (const { axis, point } of ends.sort((a, b) => b.point[2] - a.point[2])) {
    const end = toPixel(camera, point)
    if (end === null) continue
    context.beginPath()
    context.moveTo(origin[0], origin[1])
    context.lineTo(end[0], end[1])
    context.strokeStyle = '#000000a0'
    context.lineWidth = 4.5 * unit
    context.stroke()
    context.strokeStyle = AXIS_COLORS[axis] ?? '#fff'
    context.lineWidth = 2.5 * unit
    context.stroke()
  }
}

function drawLabel(context: CanvasRenderingContext2D, drawing: PoseDrawing, unit: number): void {
  const { pose, camera, center, color, label } = drawing
  const anchor = toPixel(camera, toCamera(pose, center))
  if (anchor === null) return
  const size = 12 * unit
  context.font = `600 ${size}px system-ui, sans-serif`
  const width = context.measureText(label).width + size
  const x = Math.min(Math.max(0, anchor[0] - width / 2), camera.width - width)
  const y = Math.min(Math.max(0, anchor[1] + size), camera.height - 1.6 * size)
  context.fillStyle = '#10141acc'
  context.beginPath()
  context.roundRect(x, y, width, 1.6 * size, 0.4 * size)
  context.fill()
  context.fillStyle = color
  context.fillRect(x, y + 0.3 * size, 0.25 * size, size)
  context.fillStyle = '#fff'
  context.textBaseline = 'middle'
  context.fillText(label, x + size / 2, y + 0.85 * size)
}

function channelsOf(color: string): [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
