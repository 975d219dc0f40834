// How far the depth of the frame is off, read from the colour image: an object that stands nearer than its depth says
// shows a larger outline than the drawing. Needs a telling outline; the answer carries its own standard deviation.
import type { DepthOffset } from '@sextant/contracts'
import { luminanceOf, solveCholeskyInPlace, type ColorImage, type PinholeCamera } from '@sextant/geometry'
import { toleranceAt } from '@sextant/hypotheses'
import { createRasterTarget, renderInto, type RasterTarget } from '@sextant/raster'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { transformOfPose } from './transform-of-pose.ts'

/** The drawing has this many pixels per image pixel and axis. */
const SUBPIXELS = 3
const MAX_DRAWING = 1800
/** Edges are looked for this far to both sides of the outline, image px. */
const REACH = 4
const STEP = 0.5
/** Least luminance change per px that is an edge, and how much it must exceed the second best. */
const LEAST_EDGE = 8
const CLEARER_THAN_SECOND = 1.4
const MIN_POINTS = 40
const FIT_ROUNDS = 4
/** Neighbouring outline points see the same edge pixels; so many count as one. */
const CORRELATED = 6

/**
 * Compares the drawn outline with the luminance edges beside it. Shift and scale are fitted robustly:
 * d = n · (shift + scale · r), with r from the projected centre.
 *
 * @param pose  12 numbers: rotation row-major, translation mm of the object's centre
 * @returns null when the outline is too small, cut by the image or without clear edges
 */
export function estimateDepthOffset(
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
): DepthOffset | null {
  const { camera, color } = scene.frame
  const drawing = drawingCamera(camera, model.diameter, pose)
  if (drawing === null) return null
  const target = createRasterTarget(drawing.width, drawing.height)
  const transform = transformOfPose(pose)
  renderInto(target, model.fineMesh, transform, drawing)
  const samples = collectEdges(scene, model, pose, target, drawing, color)
  return fitOffset(samples, pose[11])
}

/** [n x, n y, r x, r y, d] per outline point, image px. */
type EdgeSample = readonly [number, number, number, number, number]

function drawingCamera(camera: PinholeCamera, diameter: number, pose: Float64Array): PinholeCamera | null {
  const z = pose[11]
  const u = (camera.fx * pose[9]) / z + camera.cx
  const v = (camera.fy * pose[10]) / z + camera.cy
  const radius = Math.ceil((0.55 * diameter * camera.fx) / z) + 2
  const x0 = Math.floor(u) - radius
  const y0 = Math.floor(v) - radius
  const size = SUBPIXELS * (2 * radius + 1)
  if (!(size > 0) || size > MAX_DRAWING) return null
  const inner = (SUBPIXELS - 1) / 2
  return {
    fx: SUBPIXELS * camera.fx,
    fy: SUBPIXELS * camera.fy,
    cx: SUBPIXELS * (camera.cx - x0) + inner,
    cy: SUBPIXELS * (camera.cy - y0) + inner,
    width: size,
    height: size,
  }
}

function collectEdges(
  scene: PreparedScene,
  model: PreparedModel,
  pose: Float64Array,
  target: RasterTarget,
  drawing: PinholeCamera,
  color: ColorImage,
): EdgeSample[] {
  const { camera, depth } = scene.frame
  const x0 = camera.cx - (drawing.cx - (SUBPIXELS - 1) / 2) / SUBPIXELS
  const y0 = camera.cy - (drawing.cy - (SUBPIXELS - 1) / 2) / SUBPIXELS
  const toImage = (value: number, origin: number): number => (value - (SUBPIXELS - 1) / 2) / SUBPIXELS + origin
  const centerU = (camera.fx * pose[9]) / pose[11] + camera.cx
  const centerV = (camera.fy * pose[10]) / pose[11] + camera.cy
  const tolerance = 2 * toleranceAt(pose[11], model.diameter, scene.surface.inverseDepthNoise)
  const { width, height } = drawing
  const rendered = target.depths
  const samples: EdgeSample[] = []
  const { coverage } = target
  for (let y = Math.max(2, coverage.y0); y < Math.min(height - 2, coverage.y1); y++) {
    for (let x = Math.max(2, coverage.x0); x < Math.min(width - 2, coverage.x1); x++) {
      const o = y * width + x
      if (rendered[o] === 0 || (rendered[o - 1] && rendered[o + 1] && rendered[o - width] && rendered[o + width])) {
        continue
      }
      // Outward direction from a 5 x 5 neighbourhood.
      let nx = 0
      let ny = 0
      for (let v = -2; v <= 2; v++) {
        for (let u = -2; u <= 2; u++) {
          if (rendered[o + v * width + u] !== 0) continue
          nx += u
          ny += v
        }
      }
      const length = Math.hypot(nx, ny)
      if (length === 0) continue
      nx /= length
      ny /= length
      // The outline passes half a drawn pixel outside the last covered one.
      const u = toImage(x + 0.5 * nx, x0)
      const v = toImage(y + 0.5 * ny, y0)
      const inU = Math.round(u - 2 * nx)
      const inV = Math.round(v - 2 * ny)
      if (inU < 0 || inV < 0 || inU >= depth.width || inV >= depth.height) continue
      const seen = depth.data[inV * depth.width + inU]
      if (seen === 0 || Math.abs(seen - rendered[o]) > tolerance) continue
      const d = nearestEdge(color, u, v, nx, ny)
      if (d !== null) samples.push([nx, ny, u - centerU, v - centerV, d])
    }
  }
  return samples
}

/** Signed distance along the normal to the strongest luminance edge, px; null when there is no clear one. */
function nearestEdge(color: ColorImage, u: number, v: number, nx: number, ny: number): number | null {
  const reach = REACH + 1
  if (u < reach + 1 || v < reach + 1 || u >= color.width - reach - 2 || v >= color.height - reach - 2) return null
  const count = (2 * REACH) / STEP + 1
  const slopes: number[] = []
  for (let k = 0; k < count; k++) {
    const d = -REACH + k * STEP
    const outside = luminanceAt(color, u + (d + 0.5) * nx, v + (d + 0.5) * ny)
    slopes.push(Math.abs(outside - luminanceAt(color, u + (d - 0.5) * nx, v + (d - 0.5) * ny)))
  }
  let best = 1
  for (let k = 1; k < count - 1; k++) if (slopes[k] > slopes[best]) best = k
  const peak = slopes[best]
  if (peak < LEAST_EDGE || best < 2 || best > count - 3) return null
  const second = slopes.reduce((most, slope, k) => (Math.abs(k - best) > 3 ? Math.max(most, slope) : most), 0)
  if (peak < CLEARER_THAN_SECOND * second) return null
  const bend = slopes[best - 1] - 2 * peak + slopes[best + 1]
  const fraction = bend < 0 ? (slopes[best - 1] - slopes[best + 1]) / (2 * bend) : 0
  return -REACH + (best + fraction) * STEP
}

function luminanceAt({ data, width }: ColorImage, u: number, v: number): number {
  const x = Math.floor(u)
  const y = Math.floor(v)
  const a = u - x
  const b = v - y
  const at = (i: number): number => luminanceOf(data, 3 * i)
  const i = y * width + x
  return (1 - b) * ((1 - a) * at(i) + a * at(i + 1)) + b * ((1 - a) * at(i + width) + a * at(i + width + 1))
}

/** Least squares with weights that fall with the residual (Tukey), scale from the median. */
function fitOffset(samples: readonly EdgeSample[], z: number): DepthOffset | null {
  if (samples.length < MIN_POINTS) return null
  const x = new Float64Array(3)
  let spread = REACH / 2
  let A = new Float64Array(9)
  let weightSum = 0
  let squares = 0
  for (let round = 0; round < FIT_ROUNDS; round++) {
    A = new Float64Array(9)
    const b = new Float64Array(3)
    weightSum = 0
    squares = 0
    for (const [nx, ny, rx, ry, d] of samples) {
      const along = nx * rx + ny * ry
      const residual = d - nx * x[0] - ny * x[1] - along * x[2]
      const q = 1 - (residual / (3 * spread)) ** 2
      if (q <= 0) continue
      const w = q * q
      const row = [nx, ny, along]
      for (let r = 0; r < 3; r++) {
        for (let c = 0; c < 3; c++) A[3 * r + c] += w * row[r] * row[c]
        b[r] += w * row[r] * d
      }
      weightSum += w
      squares += w * residual * residual
    }
    if (weightSum < MIN_POINTS / 2) return null
    if (!solveCholeskyInPlace(Float64Array.from(A), b, 3)) return null
    x.set(b)
    const residuals = samples
      .map(([nx, ny, rx, ry, d]) => Math.abs(d - nx * x[0] - ny * x[1] - (nx * rx + ny * ry) * x[2]))
      .sort((a, c) => a - c)
    spread = Math.max(0.15, 1.48 * residuals[residuals.length >> 1])
  }
  const unit = Float64Array.of(0, 0, 1)
  if (!solveCholeskyInPlace(A, unit, 3)) return null
  const sigma = Math.sqrt((CORRELATED * unit[2] * squares) / weightSum)
  return { mm: x[2] * z, sigmaMm: sigma * z, shiftPx: [x[0], x[1]], edgeCount: samples.length }
}
