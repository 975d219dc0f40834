import type { Detection } from '@sextant/contracts'
import { proposalsWithin } from '@sextant/regions'
import type { SearchEffort } from './options.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { regionsOfDetections, type SearchRegion } from './search-region.ts'
import type { Search } from './search-steps.ts'

/** Proposals of segmentation that are searched besides the engine's own. */
const RANKED_PROPOSALS = 30
/** Regions that overlap more (IoU) are one. */
const SAME_REGION = 0.85

/**
 * Regions worth searching, with their share of the effort. A mask of a user or a network is searched, whole and in
 * parts, and nothing else. Proposals are evidence, not a cage: the best of them come first, then the engine's own.
 */
export function planSearches(
  scene: PreparedScene,
  model: PreparedModel,
  detections: readonly Detection[] | null,
  effort: SearchEffort,
): Search[] {
  const regions = regionsOfDetections(scene, detections ?? [])
  const isTrusted = ({ detectionIndex }: SearchRegion): boolean =>
    detections?.[detectionIndex ?? 0].source !== 'proposal'
  const trusted = regions.filter(isTrusted)
  const searches: Search[] = []
  const perProposal = { poseBudget: effort.proposalPoses, keep: effort.keepPerProposal, isTrusted: false }
  const add = (region: SearchRegion): void => {
    searches.push({ ...region, index: searches.length, ...perProposal })
  }
  for (const region of trusted) {
    const index = searches.length
    searches.push({ ...region, index, poseBudget: effort.maskPoses, keep: effort.keepPerMask, isTrusted: true })
    // A mask may be merged with a neighbour: its parts are searched too.
    const inside = new Uint8Array(scene.fine.width * scene.fine.height)
    for (const pixel of region.pixels) inside[pixel] = 1
    for (const part of proposalsWithin(scene.regions, scene.surface, inside)) {
      if (part.extentMm < 0.2 * model.diameter || part.areaPx > 0.85 * region.pixels.length) continue
      add({ pixels: part.maskPixels, detectionIndex: region.detectionIndex })
    }
  }
  if (trusted.length > 0) return searches
  const limits = { low: 0.2 * model.diameter, high: 2.2 * model.diameter }
  const own = scene.proposals
    .filter((p) => p.extentMm >= limits.low && p.extentMm <= limits.high)
    .slice(0, effort.proposals)
    .map(({ maskPixels }): SearchRegion => ({ pixels: maskPixels, detectionIndex: null }))
  for (const region of withoutRepeats(scene, regions.slice(0, RANKED_PROPOSALS), own)) add(region)
  for (const region of own) add(region)
  return searches
}

/** The regions that none of `others` repeats. */
function withoutRepeats(
  scene: PreparedScene,
  regions: readonly SearchRegion[],
  others: readonly SearchRegion[],
): SearchRegion[] {
  const stamps = new Int32Array(scene.fine.width * scene.fine.height)
  return regions.filter(({ pixels }, index) => {
    for (const pixel of pixels) stamps[pixel] = index + 1
    return !others.some((other) => {
      const size = other.pixels.length
      if (Math.min(size, pixels.length) < SAME_REGION * Math.max(size, pixels.length)) return false
      let shared = 0
      for (const pixel of other.pixels) if (stamps[pixel] === index + 1) shared++
      return shared > SAME_REGION * (size + pixels.length - shared)
    })
  })
}
