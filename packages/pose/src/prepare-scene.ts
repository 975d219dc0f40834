import { createRng, type Frame } from '@sextant/geometry'
import { proposalsOf, segmentRegions, type Proposal, type RegionTree } from '@sextant/regions'
import { estimateSurface, findPlanes, planeMaskInto, type Surface } from '@sextant/surface'
import { chromaOf, pictureKindOf, type PictureKind } from './chroma.ts'
import { decimateLevel, levelOfSurface, type SceneLevel } from './scene-level.ts'
import { segmentLevelOf, type SegmentLevel } from './segment-support.ts'
import { supportPlanesOf, type SupportPlane } from './support-planes.ts'

/** Everything about a frame that does not depend on the object; made once, shared by all objects. */
export interface PreparedScene {
  readonly frame: Frame
  readonly surface: Surface
  /** level of the surface grid (half resolution) */
  readonly fine: SceneLevel
  /** half of it again */
  readonly coarse: SceneLevel
  readonly picture: PictureKind
  /** [height, width, 2] chromaticity on the surface grid */
  readonly chroma: Float32Array
  /** [height, width] of the surface grid: not 0 = on a dominant plane */
  readonly planeMask: Uint8Array
  /** planes that nothing reaches through */
  readonly supportPlanes: readonly SupportPlane[]
  /** over-segmentation of the frame */
  readonly regions: RegionTree
  /** class-agnostic proposals of the whole frame, largest first */
  readonly proposals: readonly Proposal[]
  /** the same on the two levels */
  readonly fineSegments: SegmentLevel
  readonly coarseSegments: SegmentLevel
}

export interface SceneOptions {
  /** largest diameter of the objects that will be asked for, mm; limits the merging and what counts as a plane */
  readonly maxDiameterMm: number
}

export const SCENE_DEFAULTS: SceneOptions = { maxDiameterMm: 345 }

const PLANE_SEED = 1

/** A region may be this many diameters across: neighbours that stuck to it are cut by verification. */
const MAX_EXTENT_RATIO = 1.45
/**
 * A plane has at least this area, in squared diameters of the largest object (no face of a box is larger than 0.5 d²),
 * and never less than PLANE_AREA. With 2 d² the cluttered tables of real frames went unnoticed: AR .71 instead of .83.
 */
const PLANE_AREA_RATIO = 0.6
const PLANE_AREA_MM2 = 60_000
const MAX_PLANES = 3
/** A table seen in part or at a grazing angle may support things without being large. */
const SUPPORT_AREA_MM2 = 15_000
const MAX_FLAT = 5

/**
 * Measures the surface of a frame, lays it out at two resolutions and segments it.
 *
 * @param frame  colour and depth registered, depth in mm
 * @throws {RangeError} colour, depth and camera differ in size
 */
export function prepareScene(frame: Frame, options: Partial<SceneOptions> = {}): PreparedScene {
  const { maxDiameterMm } = { ...SCENE_DEFAULTS, ...options }
  const surface = estimateSurface(frame.depth, frame.camera)
  const fine = levelOfSurface(surface, frame.color)
  const coarse = decimateLevel(fine, frame.color)
  const minAreaMm2 = Math.max(PLANE_AREA_MM2, PLANE_AREA_RATIO * maxDiameterMm ** 2)
  const flat = findPlanes(surface, { minAreaMm2: SUPPORT_AREA_MM2, maxPlanes: MAX_FLAT }, createRng(PLANE_SEED))
  const planes = flat.filter(({ areaMm2 }) => areaMm2 >= minAreaMm2).slice(0, MAX_PLANES)
  const planeMask = planeMaskInto(new Uint8Array(surface.width * surface.height), surface, planes)
  const maxExtentMm = MAX_EXTENT_RATIO * maxDiameterMm
  const regions = segmentRegions(surface, frame.color, planeMask, { maxExtentMm })
  const proposals = proposalsOf(regions, { maxExtentMm: 1.5 * maxExtentMm })
  return {
    frame,
    surface,
    fine,
    coarse,
    picture: pictureKindOf(fine.colors),
    chroma: chromaOf(fine.colors),
    planeMask,
    supportPlanes: supportPlanesOf(surface, flat, minAreaMm2),
    regions,
    proposals,
    fineSegments: segmentLevelOf(regions, proposals, fine.width, fine.height, 1),
    coarseSegments: segmentLevelOf(regions, proposals, coarse.width, coarse.height, 2),
  }
}
