import type { Trace } from '@sextant/contracts'
import type { Frame, Rng } from '@sextant/geometry'
import { proposalsOf, segmentRegions, type Proposal, type RegionOptions, type RegionTree } from '@sextant/regions'
import { estimateSurface, findPlanes, planeMaskInto, type Plane, type Surface } from '@sextant/surface'
import { describeRegion, type RegionFeatures } from './region-features.ts'

/** What is known of a frame before any object is asked for; made once per frame and shared by all objects. */
export interface SceneSegmentation {
  /** full image size, px */
  readonly width: number
  readonly height: number
  readonly surface: Surface
  readonly planes: readonly Plane[]
  /** [height, width] of the grid: 1 + index of the plane, 0 = none */
  readonly planeMask: Uint8Array
  readonly tree: RegionTree
  /** largest first, near duplicates removed */
  readonly proposals: readonly DescribedProposal[]
}

export interface DescribedProposal extends Proposal {
  readonly features: RegionFeatures
}

export interface SceneOptions {
  /** largest diameter of the objects that will be asked for, mm; limits the merging and what counts as a plane */
  readonly maxDiameterMm: number
  /** proposals with fewer image pixels are dropped */
  readonly minProposalPixels: number
  readonly regions: Partial<RegionOptions>
}

export const SCENE_DEFAULTS: SceneOptions = { maxDiameterMm: 350, minProposalPixels: 150, regions: {} }

/** A proposal may be this many diameters across: neighbours that stuck to it are the pose stage's to cut. */
export const MAX_EXTENT_RATIO = 1.45
/** The untrimmed extent of a proposal may exceed the limit by this factor; the trimmed one is judged per object. */
const OUTLIER_MARGIN = 1.5
/** A plane has at least this area, in squared diameters of the largest object (a box has no face above 0.5 d²). */
const PLANE_AREA_RATIO = 0.6
const PLANE_AREA_MM2 = 60_000

/** The ports that segmentation uses. */
export interface SegmentationEnv {
  readonly trace: Trace
  readonly rng: Rng
}

/**
 * Segments a frame into proposals at all granularities.
 *
 * @returns fresh; a frame without depth gives a scene without proposals
 * @throws {RangeError} depth and camera differ in size
 */
export function segmentScene(frame: Frame, options: Partial<SceneOptions>, env: SegmentationEnv): SceneSegmentation {
  const settings = { ...SCENE_DEFAULTS, ...options }
  const { trace, rng } = env
  const maxExtentMm = MAX_EXTENT_RATIO * settings.maxDiameterMm
  const minAreaMm2 = Math.max(PLANE_AREA_MM2, PLANE_AREA_RATIO * settings.maxDiameterMm ** 2)
  // 1 depth to oriented surface
  const surface = trace.span('surface', () => estimateSurface(frame.depth, frame.camera))
  // 2 tables and walls
  const planes = trace.span('planes', () => findPlanes(surface, { minAreaMm2 }, rng))
  const planeMask = planeMaskInto(new Uint8Array(surface.depths.length), surface, planes)
  // 3 regions and their merges
  const tree = trace.span('regions', () =>
    segmentRegions(surface, frame.color, planeMask, { ...settings.regions, maxExtentMm }),
  )
  const minPixels = Math.ceil(settings.minProposalPixels / surface.step ** 2)
  const proposals = trace.span('proposals', () =>
    proposalsOf(tree, { minPixels, maxExtentMm: OUTLIER_MARGIN * maxExtentMm }),
  )
  // 4 what each proposal looks like
  const described = trace.span('features', () =>
    proposals.map((proposal) => ({
      ...proposal,
      features: describeRegion(proposal.maskPixels, surface, tree.color),
    })),
  )
  const { width, height } = frame.depth
  return { width, height, surface, planes, planeMask, tree, proposals: described }
}
