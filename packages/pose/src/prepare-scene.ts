import { createRng, type Frame } from '@sextant/geometry'
import { proposalsOf, segmentRegions, type Proposal, type RegionTree } from '@sextant/regions'
import { estimateSurface, findPlanes, planeMaskInto, type Surface } from '@sextant/surface'
import { chromaOf } from './chroma.ts'
import { decimateLevel, levelOfSurface, type SceneLevel } from './scene-level.ts'

/** Everything about a frame that does not depend on the object; made once, shared by all objects. */
export interface PreparedScene {
  readonly frame: Frame
  readonly surface: Surface
  /** level of the surface grid (half resolution) */
  readonly fine: SceneLevel
  /** half of it again */
  readonly coarse: SceneLevel
  /** [height, width, 2] chromaticity on the surface grid */
  readonly chroma: Float32Array
  /** [height, width] of the surface grid: not 0 = on a dominant plane; computed on first use */
  readonly planeMask: () => Uint8Array
  /** over-segmentation of the frame; computed on first use */
  readonly regions: () => RegionTree
  /** class-agnostic proposals of the whole frame; computed on first use */
  readonly proposals: () => readonly Proposal[]
}

const PLANE_SEED = 1

/**
 * Measures the surface of a frame and lays it out at two resolutions.
 *
 * @param frame  colour and depth registered, depth in mm
 * @throws {RangeError} colour, depth and camera differ in size
 */
export function prepareScene(frame: Frame): PreparedScene {
  const surface = estimateSurface(frame.depth, frame.camera)
  const fine = levelOfSurface(surface, frame.color)
  const coarse = decimateLevel(fine, frame.color)
  let tree: RegionTree | null = null
  let proposals: readonly Proposal[] | null = null
  let planes: Uint8Array | null = null
  const planeMask = (): Uint8Array =>
    (planes ??= planeMaskInto(
      new Uint8Array(surface.width * surface.height),
      surface,
      findPlanes(surface, {}, createRng(PLANE_SEED)),
    ))
  const regions = (): RegionTree => (tree ??= segmentRegions(surface, frame.color, planeMask()))
  return {
    frame,
    surface,
    fine,
    coarse,
    chroma: chromaOf(fine.colors),
    planeMask,
    regions,
    proposals: () => (proposals ??= proposalsOf(regions())),
  }
}
