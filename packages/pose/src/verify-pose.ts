// Verification by rendering: the pose is drawn and every pixel of the drawing is asked whether the frame agrees.
import { toleranceAt, type OrientedPoints } from '@sextant/hypotheses'
import { createRasterTarget, renderInto, type RasterMesh, type RasterTarget } from '@sextant/raster'
import type { Surface } from '@sextant/surface'
import { createColorTally, colorAgreementOf, addColor, resetColor, type ColorTally } from './color-agreement.ts'
import { addPoint, createReliefTally, reliefOf, type ReliefTally } from './relief.ts'
import type { PreparedScene } from './prepare-scene.ts'
import type { SceneLevel } from './scene-level.ts'
import { scoreEvidence, type PoseEvidence } from './score-evidence.ts'
import { measureSegmentSupport, type SegmentLevel } from './segment-support.ts'
import {
  addShading,
  createShadingTally,
  resetShading,
  shadingAgreementOf,
  type ShadingTally,
} from './shading-agreement.ts'
import { measureSilhouette } from './silhouette.ts'
import { measureSupport, penetrationOf, type SupportPlane } from './support-planes.ts'
import { transformOfPose } from './transform-of-pose.ts'

/** Buffers of one level; one per worker. */
export interface VerifyWorkspace {
  readonly level: SceneLevel
  readonly segments: SegmentLevel
  readonly surface: Surface
  readonly supportPlanes: readonly SupportPlane[]
  readonly target: RasterTarget
  readonly color: ColorTally
  readonly shading: ShadingTally
  readonly relief: ReliefTally
  /** [leafCount] explained pixels */
  readonly leafCounts: Int32Array
}

/** @param segments  of the same level */
export function createVerifyWorkspace(
  level: SceneLevel,
  segments: SegmentLevel,
  { picture, surface, supportPlanes }: Pick<PreparedScene, 'picture' | 'surface' | 'supportPlanes'>,
): VerifyWorkspace {
  return {
    level,
    segments,
    surface,
    supportPlanes,
    target: createRasterTarget(level.width, level.height),
    color: createColorTally(level.width * level.height, picture === 'color'),
    shading: createShadingTally(),
    relief: createReliefTally(),
    leafCounts: new Int32Array(segments.leafAreas.length),
  }
}

/** What the object contributes. */
export interface VerifyModel {
  readonly mesh: RasterMesh
  /** spread over the surface */
  readonly points: OrientedPoints
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

/** One verification. */
export interface Verification {
  readonly score: number
  /** mean |dz| over the inliers, mm */
  readonly residualMm: number
  /** null: nothing was rendered inside the image */
  readonly evidence: PoseEvidence | null
}

const EMPTY: Verification = { score: -1, residualMm: 0, evidence: null }

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
  const { level, segments, surface, supportPlanes, target, color, shading, relief, leafCounts } = ws
  const { width, camera } = level
  const transform = transformOfPose(pose)
  const { diameter, mesh, points, usesColor } = model
  const coverage = renderInto(target, mesh, transform, camera, { normals: 'face', colors: usesColor })
  if (coverage.pixelCount === 0) return EMPTY
  const tau = toleranceAt(pose[11], diameter, noise)
  resetColor(color)
  resetShading(shading)
  relief.fill(0)
  leafCounts.fill(0)
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
        const leaf = segments.labels[o]
        if (leaf >= 0) leafCounts[leaf]++
        const agreement = nx * level.normals[i] + ny * level.normals[i + 1] + nz * level.normals[i + 2]
        normalSum += agreement <= 0.3 ? 0 : agreement >= 0.9 ? 1 : (agreement - 0.3) / 0.6
        ratioSum += Math.abs(dz) / tolerance
        residualSum += Math.abs(dz)
        if (usesColor) addColor(color, level.colors, target.colors, i)
        addPoint(relief, observed * rx, observed * ry, observed)
        // Every other pixel tells enough of the light.
        if (((x + y) & 1) === 0) addShading(shading, level.colors, usesColor ? target.colors : null, i, nx, ny, nz)
      }
    }
  }
  const total = coverage.pixelCount
  const support = measureSupport(surface, supportPlanes, pose, points, tau)
  const evidence: PoseEvidence = {
    inliers: inliers / total,
    violations: violations / total,
    occluded: occluded / total,
    missing: missing / total,
    normalAgreement: inliers > 0 ? normalSum / inliers : 0,
    residualRatio: inliers > 0 ? ratioSum / inliers : 1,
    inlierArea: inliers * level.step * level.step,
    toleranceRatio: tau / (0.025 * diameter),
    outline: measureSilhouette(level, target, tau),
    color: usesColor && inliers > 0 ? colorAgreementOf(color) : null,
    shading: shadingAgreementOf(shading),
    relief: reliefOf(relief, inliers) / tau,
    support: {
      penetration: penetrationOf(support, tau, diameter),
      gap: support.gapMm === null ? null : support.gapMm / diameter,
    },
    segments: measureSegmentSupport(segments, leafCounts, inliers),
    mask:
      mask !== null && inliers > 0
        ? { inside: insideMask / inliers, covered: insideMask / Math.max(1, mask.area) }
        : null,
  }
  return { score: scoreEvidence(evidence), residualMm: inliers > 0 ? residualSum / inliers : 0, evidence }
}
