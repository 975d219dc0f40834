import type { Assignment } from './assignment.ts'
import { nearestModelDistances } from './nearest-distance.ts'
import { fitRigid, type RigidFit } from './procrustes.ts'

export const COARSE_HYPOTHESES = 6000
const KEPT = 300
const POWER = 1.5

export interface CoarsePose extends RigidFit {
  /** intermediate results, for comparing stage by stage */
  readonly pairs: CorrespondencePairs
  readonly residuals: Float64Array
  /** [300] hypotheses by residual */
  readonly kept: Int32Array
  /** [300] scores of the kept */
  readonly scores: Float64Array
}

export interface CorrespondencePairs {
  /** [draws] index of the observed point of each draw */
  readonly observed: Int32Array
  /** [draws] index of the object point of each draw */
  readonly object: Int32Array
}

/** Cumulative sampling weights of all pairs, row-major, ending at 1. [n1 · n2] */
export function cumulateWeights({ probabilities, rows, columns, label1, label2 }: Assignment): Float32Array {
  const out = new Float32Array((rows - 1) * (columns - 1))
  let sum = 0
  for (let i = 1, at = 0; i < rows; i++) {
    for (let j = 1; j < columns; j++, at++) {
      if (label1[i - 1] > 0 && label2[j - 1] > 0) sum += probabilities[i * columns + j] ** POWER
      out[at] = sum
    }
  }
  const scale = 1 / (sum + 1e-8)
  for (let at = 0; at < out.length; at++) out[at] *= scale
  return out
}

/** Pairs drawn by their weight: the first position whose cumulative weight reaches the draw. */
export function drawPairs(cumulative: Float32Array, columns: number, draws: Float32Array): CorrespondencePairs {
  const rows = cumulative.length / columns
  const observed = new Int32Array(draws.length)
  const object = new Int32Array(draws.length)
  draws.forEach((draw, d) => {
    let low = 0
    let high = cumulative.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (cumulative[middle] < draw) low = middle + 1
      else high = middle
    }
    observed[d] = Math.min(Math.floor(low / columns), rows - 1)
    object[d] = low % columns
  })
  return { observed, object }
}

/**
 * The pose with the best support among those of three random correspondences each.
 *
 * @param assignment  of the sparse clouds
 * @param observed    [n1, 3] normalised
 * @param object      [n2, 3] normalised
 * @param model       [m, 3] normalised
 * @param draws       [3 · hypotheses] uniform in [0, 1)
 * @param pairs       correspondences to use instead of drawing
 * @returns observed = R object + t, normalised
 * @source Lin et al. 2024, SAM-6D, equation 9
 */
export function selectCoarsePose(
  assignment: Assignment,
  observed: Float32Array,
  object: Float32Array,
  model: Float32Array,
  draws: Float32Array,
  pairs: CorrespondencePairs = drawPairs(cumulateWeights(assignment), assignment.columns - 1, draws),
): CoarsePose {
  const count = pairs.observed.length / 3
  const fits: RigidFit[] = []
  const residuals = new Float64Array(count)
  for (let h = 0; h < count; h++) {
    const triple = {
      source: pairs.object.subarray(3 * h, 3 * h + 3),
      reference: pairs.observed.subarray(3 * h, 3 * h + 3),
    }
    const fit = fitRigid(object, observed, undefined, triple)
    fits.push(fit)
    residuals[h] = meanResidual(fit, object, observed, triple)
  }
  const kept = Int32Array.from(residuals.keys())
    .sort((a, b) => residuals[a] - residuals[b] || a - b)
    .subarray(0, KEPT)
  const used = assignment.label1.map((label) => (label > 0 ? 1 : 0))
  const scores = Float64Array.from(kept, (h) => supportOf(fits[h], observed, model, used))
  let best = 0
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[best]) best = i
  return { ...fits[kept[best]], pairs, residuals, kept, scores }
}

/** Inverse mean distance of the matched points to the model. */
function supportOf(fit: RigidFit, observed: Float32Array, model: Float32Array, used: Int32Array): number {
  const distances = nearestModelDistances(observed, model, fit.rotation, fit.translation, used)
  const count = used.reduce((sum, value) => sum + value, 0)
  return count / (distances.reduce((sum, value) => sum + value, 0) + 1e-8)
}

function meanResidual(
  { rotation: R, translation: t }: RigidFit,
  object: Float32Array,
  observed: Float32Array,
  triple: { readonly source: Int32Array; readonly reference: Int32Array },
): number {
  let sum = 0
  for (let i = 0; i < 3; i++) {
    const p = 3 * triple.reference[i]
    const q = 3 * triple.source[i]
    const dx = observed[p] - t[0]
    const dy = observed[p + 1] - t[1]
    const dz = observed[p + 2] - t[2]
    sum += Math.hypot(
      R[0] * dx + R[3] * dy + R[6] * dz - object[q],
      R[1] * dx + R[4] * dy + R[7] * dz - object[q + 1],
      R[2] * dx + R[5] * dy + R[8] * dz - object[q + 2],
    )
  }
  return sum / 3
}
