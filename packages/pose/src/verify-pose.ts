// Verification by rendering: the pose is drawn and every pixel of the drawing is asked whether the frame agrees.
// Weights are hand-set and robust; a logistic fit on synthetic data was better there and worse on real frames.
import { transformFrom } from '@sextant/geometry'
import { toleranceAt } from '@sextant/hypotheses'
import { createRasterTarget, renderInto, type RasterMesh, type RasterTarget } from '@sextant/raster'
import { createColorTally, colorAgreementOf, addColor, resetColor, type ColorTally } from './color-agreement.ts'
import type { SceneLevel } from './scene-level.ts'
import { measureSilhouette } from './silhouette.ts'

/** Buffers of one level; one per worker. */
export interface VerifyWorkspace {
  readonly level: SceneLevel
  readonly target: RasterTarget
  readonly color: ColorTally
}

export function createVerifyWorkspace(level: SceneLevel): VerifyWorkspace {
  return {
    level,
    target: createRasterTarget(level.width, level.height),
    color: createColorTally(level.width * level.height),
  }
}

/** What the object contributes. */
export interface VerifyModel {
  readonly mesh: RasterMesh
  readonly diameter: number
  /** false: colour terms are zero */
  readonly usesColor: boolean
}

/** A trusted mask on the level's grid. */
export interface LevelMask {
  /** [height, width] 1 inside */
  readonly data: Uint8Array
  readonly area: number
}

/** Parts of one verification; fractions are of the rendered pixels. */
export interface Verification {
  readonly score: number
  readonly renderedCount: number
  readonly inliers: number
  readonly violations: number
  readonly occluded: number
  readonly missing: number
  readonly normalAgreement: number
  /** mean |dz| over its tolerance, over the inliers */
  readonly residualRatio: number
  /** mean |dz| over the inliers, mm */
  readonly residualMm: number
  readonly silhouetteSupport: number
  /** correlation of colours, or null */
  readonly colorAgreement: number | null
}

const EMPTY: Verification = {
  score: -1,
  renderedCount: 0,
  inliers: 0,
  violations: 0,
  occluded: 0,
  missing: 0,
  normalAgreement: 0,
  residualRatio: 1,
  residualMm: 0,
  silhouetteSupport: 0,
  colorAgreement: null,
}

const clamp = (value: number, low: number, high: number): number => (value < low ? low : value > high ? high : value)

/**
 * Renders `pose` and scores its agreement with the frame.
 *
 * @param pose   12 numbers: rotation row-major, translation mm of the object's centre
 * @param noise  standard deviation of inverse depth, 1/mm
 * @param mask   trusted mask, or null
 * @cost one rendering and one pass over its pixels
 */
export function verifyPose(
  ws: VerifyWorkspace,
  model: VerifyModel,
  pose: Float64Array,
  noise: number,
  mask: LevelMask | null,
): Verification {
  const { level, target, color } = ws
  const { width, camera } = level
  const transform = transformFrom<'camera', 'object'>(pose.subarray(0, 9), pose.subarray(9, 12))
  const { diameter, mesh, usesColor } = model
  const coverage = renderInto(target, mesh, transform, camera, { normals: 'face', colors: usesColor })
  if (coverage.pixelCount === 0) return EMPTY
  const tau = toleranceAt(pose[11], diameter, noise)
  resetColor(color)
  let inliers = 0
  let insideMask = 0
  let violations = 0
  let occluded = 0
  let missing = 0
  let normalSum = 0
  let ratioSum = 0
  let residualSum = 0
  for (let y = coverage.y0; y < coverage.y1; y++) {
    const ry = (y - camera.cy) / camera.fy
    for (let x = coverage.x0, o = y * width + x; x < coverage.x1; x++, o++) {
      const z = target.depths[o]
      if (z === 0) continue
      const observed = level.depths[o]
      if (observed === 0) {
        missing++
        continue
      }
      const rx = (x - camera.cx) / camera.fx
      const i = 3 * o
      const nx = target.normals[i]
      const ny = target.normals[i + 1]
      const nz = target.normals[i + 2]
      const cosine = -(nx * rx + ny * ry + nz) / Math.sqrt(rx * rx + ry * ry + 1)
      const tolerance = tau / (cosine < 0.35 ? 0.35 : cosine)
      const dz = observed - z
      if (dz > tolerance) violations += Math.min(1, (dz - tolerance) / tolerance + 0.25)
      else if (dz < -tolerance) occluded++
      else {
        inliers++
        if (mask !== null) insideMask += mask.data[o]
        const agreement = nx * level.normals[i] + ny * level.normals[i + 1] + nz * level.normals[i + 2]
        normalSum += clamp((agreement - 0.3) / 0.6, 0, 1)
        ratioSum += Math.abs(dz) / tolerance
        residualSum += Math.abs(dz)
        if (usesColor) addColor(color, level.colors, target.colors, i)
      }
    }
  }
  const total = coverage.pixelCount
  const inl = inliers / total
  const viol = violations / total
  const occ = occluded / total
  const miss = missing / total
  const nag = inliers > 0 ? normalSum / inliers : 0
  const dzRatio = inliers > 0 ? ratioSum / inliers : 1
  const vis = Math.max(0.15, 1 - occ - 0.7 * miss)
  const outline = measureSilhouette(level, target, tau)
  const q = inl * (0.4 + 0.6 * nag) * (1 - 0.35 * dzRatio)
  const g = (q - viol) / vis
  let score =
    g * (0.55 + 0.45 * Math.min(1, inl / 0.25)) +
    0.25 * (outline.support - 0.6) -
    0.35 * outline.lookalike +
    0.15 * inl -
    0.15 * occ +
    0.12 * (outline.edge - 0.5) -
    0.25 * (dzRatio - 0.3) +
    0.05 * clamp(Math.log10(Math.max(1, inliers * level.step * level.step) / 1000), -1.2, 0.6) -
    0.15 * Math.max(0, tau / (0.025 * diameter) - 1.5)
  let agreement: number | null = null
  if (usesColor && inliers > 0) {
    const c = colorAgreementOf(color)
    agreement = c.correlation
    score += 0.35 * (c.correlation - 0.3) * Math.min(1, c.modelDeviation / 30) - 0.4 * (Math.min(c.chroma, 0.7) - 0.3)
  }
  if (mask !== null && inliers > 0) {
    score += 0.3 * (insideMask / inliers - 0.7) + 0.5 * (Math.min(1, insideMask / Math.max(1, mask.area)) - 0.8)
  }
  return {
    score,
    renderedCount: total,
    inliers: inl,
    violations: viol,
    occluded: occ,
    missing: miss,
    normalAgreement: nag,
    residualRatio: dzRatio,
    residualMm: inliers > 0 ? residualSum / inliers : 0,
    silhouetteSupport: outline.support,
    colorAgreement: agreement,
  }
}
