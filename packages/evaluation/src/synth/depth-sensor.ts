import type { ColorImage, Rng, Vector3 } from '@sextant/geometry'
import { eyeOf, OWNER_NOTHING, type SceneBuffers } from './scene-buffers.ts'
import { smoothNoise } from './table-top.ts'
import { invert, normalize, subtract, dot, type Transform } from '@sextant/geometry'

/** How a depth camera errs. Triangulating cameras err in disparity, time of flight in distance. */
export interface DepthSensor {
  /** mm; of a time-of-flight camera the base that would give its noise at 1 m */
  readonly baseline: number
  /** px of disparity: noise of each pixel, noise shared by a patch, step (0 = none) */
  readonly pixelNoise: number
  readonly patchNoise: number
  readonly patchSize: number
  /** px of disparity by which the calibration bends surfaces, over `warpSize` image px */
  readonly warp: number
  readonly warpSize: number
  readonly disparityStep: number
  /** px by which the matching window smears depth edges (standard deviation) */
  readonly edgeJitter: number
  /** mm; neighbours farther apart are a depth edge */
  readonly edgeJump: number
  readonly edgeDropout: number
  /** share of edge pixels that mix near and far (flying pixels) */
  readonly edgeMixing: number
  /** cosine of the viewing angle at which measurements begin to fail, and are gone */
  readonly grazing: readonly [number, number]
  /** brightness from which a pixel is saturated and cannot be matched, and below which it is too dark */
  readonly saturation: number
  readonly saturationDropout: number
  readonly darkness: number
  readonly darkDropout: number
  /** hides the band beside near things that only one of two viewpoints sees */
  readonly hasShadowBand: boolean
  /** relative error of all distances at 1 m, growing with distance; mm added to all distances */
  readonly scaleBias: number
  readonly offsetBias: number
  /** px by which depth is misregistered against colour */
  readonly shift: readonly [number, number]
  /** mm */
  readonly farthest: number
}

/** A stereo depth camera of the D4xx kind, freshly calibrated. */
export const DEPTH_SENSOR: DepthSensor = {
  baseline: 55,
  pixelNoise: 0.035,
  patchNoise: 0.05,
  patchSize: 5,
  warp: 0,
  warpSize: 60,
  disparityStep: 1 / 32,
  edgeJitter: 0.55,
  edgeJump: 14,
  edgeDropout: 0.3,
  edgeMixing: 0,
  grazing: [0.26, 0.1],
  saturation: 250,
  saturationDropout: 0.6,
  darkness: 0,
  darkDropout: 0,
  hasShadowBand: true,
  scaleBias: 0,
  offsetBias: 0,
  shift: [0, 0],
  farthest: 4000,
}

/**
 * Simulates the depth camera: ragged edges, noise and steps in disparity, the band beside near things that only one
 * of the two imagers sees, failures at edges, grazing angles, highlights and in blotches.
 *
 * @returns [height, width] mm, rounded; 0 = missing
 */
export function senseDepth(
  buffers: SceneBuffers,
  color: ColorImage,
  cameraFromWorld: Transform<'camera', 'world'>,
  rng: Rng,
  sensor: DepthSensor = DEPTH_SENSOR,
): Uint16Array {
  const { width, height, fx } = buffers.camera
  const S = sensor
  const out = new Uint16Array(width * height)
  const hidden = S.hasShadowBand ? findHalfOccluded(buffers, S) : new Uint8Array(width * height)
  const eye = eyeOf(invert(cameraFromWorld))
  const scaleOfDisparity = fx * S.baseline
  const patch = patchNoise(width, height, S.patchSize, rng)
  const noiseX = 512 * rng.next()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const sx = clamp(x + Math.round(S.shift[0] + S.edgeJitter * rng.normal()), width)
      const sy = clamp(y + Math.round(S.shift[1] + S.edgeJitter * rng.normal()), height)
      const noise = S.pixelNoise * rng.normal() + S.patchNoise * patch[i]
      const luck = rng.next()
      const s = sy * width + sx
      let z = buffers.depths[s]
      if (z === 0 || z > S.farthest || buffers.owners[s] === OWNER_NOTHING || hidden[i] === 1) continue
      const atEdge = isEdge(buffers, x, y, S.edgeJump)
      let dropout = atEdge ? S.edgeDropout : 0
      if (atEdge && S.edgeMixing > 0 && rng.next() < S.edgeMixing) {
        const other = buffers.depths[clamp(sy, height) * width + clamp(sx + 1, width)]
        if (other > 0) z += rng.next() * (other - z)
      }
      const cosine = viewingCosine(buffers, s, eye)
      dropout = Math.max(dropout, (S.grazing[0] - cosine) / (S.grazing[0] - S.grazing[1]))
      const [r = 0, g = 0, b = 0] = color.data.subarray(3 * i, 3 * i + 3)
      if (Math.min(r, g, b) > S.saturation) dropout = Math.max(dropout, S.saturationDropout)
      if (S.darkDropout > 0 && Math.max(r, g, b) < S.darkness) dropout = Math.max(dropout, S.darkDropout)
      if (smoothNoise(noiseX + x / 7, y / 7) + 0.25 * smoothNoise(noiseX + x / 2, y / 2) > 1.19) dropout = 1
      if (luck < dropout) continue
      const biased = z * (1 + (S.scaleBias * z) / 1000) + S.offsetBias
      const bend = S.warp > 0 ? S.warp * (2 * smoothNoise(noiseX + x / S.warpSize, 100 + y / S.warpSize) - 1) : 0
      const disparity = scaleOfDisparity / biased + bend + noise
      const measured = S.disparityStep > 0 ? Math.round(disparity / S.disparityStep) * S.disparityStep : disparity
      const distance = scaleOfDisparity / measured
      if (distance > 0 && distance < 1.5 * S.farthest) out[i] = Math.round(distance)
    }
  }
  return out
}

const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value))

/** 1 where the other imager looks at something nearer. */
function findHalfOccluded({ camera, depths }: SceneBuffers, { baseline }: DepthSensor): Uint8Array {
  const { width, height, fx } = camera
  const hidden = new Uint8Array(width * height)
  const nearest = new Float32Array(width + 2)
  for (let y = 0; y < height; y++) {
    nearest.fill(0)
    const disparityAt = (x: number): number => {
      const z = depths[y * width + x]
      return z === 0 ? 0 : (fx * baseline) / z
    }
    for (let x = 0; x < width; x++) {
      const d = disparityAt(x)
      const bin = Math.floor(x - d)
      for (const b of [bin, bin + 1]) if (b >= 0 && b < nearest.length) nearest[b] = Math.max(nearest[b], d)
    }
    for (let x = 0; x < width; x++) {
      const d = disparityAt(x)
      const bin = Math.round(x - d)
      // Left of the other imager's view there is no match at all; real cameras crop or lose that border.
      if (bin >= 0 && bin < nearest.length && nearest[bin] > d + 1.2) hidden[y * width + x] = 1
    }
  }
  return hidden
}

function isEdge({ camera, depths }: SceneBuffers, x: number, y: number, jump: number): boolean {
  const z = depths[y * camera.width + x]
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    const other = depths[clamp(y + dy, camera.height) * camera.width + clamp(x + dx, camera.width)]
    if (Math.abs(other - z) > jump) return true
  }
  return false
}

function viewingCosine(buffers: SceneBuffers, i: number, eye: Vector3): number {
  const [nx = 0, ny = 0, nz = 0] = buffers.normals.subarray(3 * i, 3 * i + 3)
  const [px = 0, py = 0, pz = 0] = buffers.points.subarray(3 * i, 3 * i + 3)
  return Math.abs(dot([nx, ny, nz], normalize(subtract(eye, [px, py, pz]))))
}

/** Standard normal noise averaged over patches, again of variance one. */
function patchNoise(width: number, height: number, patchSize: number, rng: Rng): Float32Array {
  const half = patchSize >> 1
  const white = Float32Array.from({ length: width * height }, () => rng.normal())
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let dy = -half; dy <= half; dy++) {
        for (let dx = -half; dx <= half; dx++) {
          sum += white[clamp(y + dy, height) * width + clamp(x + dx, width)]
        }
      }
      out[y * width + x] = sum / patchSize
    }
  }
  return out
}
