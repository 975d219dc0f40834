import type { Assignment } from './assignment.ts'
import { nearestModelDistances } from './nearest-distance.ts'
import { fitRigid, type RigidFit } from './procrustes.ts'

const MATCH_DISTANCE = 0.15

export interface FinePose extends RigidFit {
  /** share of matched points near the model, times the share matched: [0, 1] */
  readonly score: number
  /** [n1] */
  readonly weights: Float64Array
  /** [n1, 3] where each observed point is expected on the object */
  readonly expected: Float64Array
}

/**
 * @param assignment  of the dense clouds
 * @param observed    [n1, 3] normalised
 * @param object      [n2, 3] normalised
 * @param model       [m, 3] normalised
 * @returns observed = R object + t, normalised
 * @source Lin et al. 2024, SAM-6D, section 3.3.2
 */
export function solveFinePose(
  { probabilities, rows, columns, label1, label2 }: Assignment,
  observed: Float32Array,
  object: Float32Array,
  model: Float32Array,
): FinePose {
  const weights = new Float64Array(rows - 1)
  const expected = new Float64Array(3 * (rows - 1))
  for (let i = 1; i < rows; i++) {
    if (label1[i - 1] === 0) continue
    let sum = 0
    let x = 0
    let y = 0
    let z = 0
    for (let j = 1; j < columns; j++) {
      if (label2[j - 1] === 0) continue
      const p = probabilities[i * columns + j]
      sum += p
      x += p * object[3 * j - 3]
      y += p * object[3 * j - 2]
      z += p * object[3 * j - 1]
    }
    weights[i - 1] = sum
    const scale = 1 / (sum + 1e-6)
    expected.set([x * scale, y * scale, z * scale], 3 * i - 3)
  }
  const fit = fitRigid(expected, Float64Array.from(observed), weights)
  const used = label1.map((label) => (label > 0 ? 1 : 0))
  const distances = nearestModelDistances(observed, model, fit.rotation, fit.translation, used)
  let matched = 0
  let near = 0
  used.forEach((isUsed, i) => {
    matched += isUsed
    if (isUsed === 1 && distances[i] < MATCH_DISTANCE) near++
  })
  return { ...fit, score: (near / (matched + 1e-8)) * (matched / used.length), weights, expected }
}
