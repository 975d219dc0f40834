import { toleranceAt } from '@sextant/hypotheses'
import { createRasterTarget, renderInto } from '@sextant/raster'
import type { Candidate } from './pose-pool.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { transformOfPose } from './transform-of-pose.ts'

/** A pose is dropped when better ones explain more than this share of the pixels it explains. */
const MAX_SHARED = 0.45

/**
 * The best candidates that explain different pixels: where two poses claim the same surface, the better one has it.
 *
 * @param ranked  verified, best first
 * @param limit   most candidates returned
 * @cost one rendering on the coarse level for each candidate that is looked at
 */
export function distinctCandidates(
  scene: PreparedScene,
  model: PreparedModel,
  ranked: readonly Candidate[],
  limit: number,
): Candidate[] {
  const { coarse, surface } = scene
  const target = createRasterTarget(coarse.width, coarse.height)
  const taken = new Uint8Array(coarse.width * coarse.height)
  const kept: Candidate[] = []
  for (const candidate of ranked) {
    if (kept.length === limit) break
    const { pose } = candidate
    const transform = transformOfPose(pose)
    const { x0, y0, x1, y1 } = renderInto(target, model.coarseMesh, transform, coarse.camera)
    const tolerance = 2 * toleranceAt(pose[11], model.diameter, surface.inverseDepthNoise)
    const own: number[] = []
    let shared = 0
    for (let y = y0; y < y1; y++) {
      for (let o = y * coarse.width + x0; o < y * coarse.width + x1; o++) {
        const z = target.depths[o]
        if (z === 0 || coarse.depths[o] === 0 || Math.abs(coarse.depths[o] - z) > tolerance) continue
        own.push(o)
        shared += taken[o]
      }
    }
    if (shared > MAX_SHARED * own.length) continue
    for (const o of own) taken[o] = 1
    kept.push(candidate)
  }
  return kept
}
