import type { OrientedPoints } from '@sextant/hypotheses'
import { createKdTree, nearestInto } from '@sextant/neighbors'

/** How nearly a motion maps a shape onto itself; distances in diameters. */
export interface MotionFit {
  /** mean distance to the surface */
  readonly mean: number
  /** share of the points that lie farther from it than 0.045 */
  readonly farShare: number
}

const FAR_DISTANCE = 0.045
/** The axis of a mug does not pass through the centre of its box: the shift is found by translation-only ICP. */
const SHIFT_ITERATIONS = 10
const TRIMMED_SHARE = 0.7

export function isWithin(fit: MotionFit, limits: MotionFit): boolean {
  return fit.mean < limits.mean && fit.farShare < limits.farShare
}

/**
 * Shifts a motion (in place) to where it fits best and says how well.
 * @cost 11 nearest-neighbour sweeps over the probes
 */
export function createMotionFit(
  probes: OrientedPoints,
  surface: OrientedPoints,
  diameter: number,
): (motion: Float64Array) => MotionFit {
  const tree = createKdTree(surface.positions)
  const count = probes.positions.length / 3
  const moved = new Float32Array(3 * count)
  const indices = new Uint32Array(count)
  const squared = new Float32Array(count)
  const mean = [0, 0, 0]
  for (let i = 0; i < 3 * count; i++) mean[i % 3] += probes.positions[i] / count
  return (motion) => {
    // Starts as a turn about the mean of the surface, which lies nearer to the axis than the centre of the box.
    for (let r = 0; r < 3; r++) {
      motion[9 + r] = mean[r] - (motion[3 * r] * mean[0] + motion[3 * r + 1] * mean[1] + motion[3 * r + 2] * mean[2])
    }
    for (let iteration = 0; ; iteration++) {
      moveInto(moved, probes.positions, motion)
      nearestInto(indices, squared, tree, moved)
      if (iteration === SHIFT_ITERATIONS) break
      const limit = Float32Array.from(squared).sort()[Math.floor(TRIMMED_SHARE * (count - 1))]
      const shift = [0, 0, 0]
      let used = 0
      for (let i = 0; i < count; i++) {
        if (squared[i] > limit) continue
        used++
        for (let k = 0; k < 3; k++) shift[k] += surface.positions[3 * indices[i] + k] - moved[3 * i + k]
      }
      for (let k = 0; k < 3; k++) motion[9 + k] += shift[k] / used
    }
    let sum = 0
    let far = 0
    for (const value of squared) {
      const distance = Math.sqrt(value)
      sum += distance
      if (distance > FAR_DISTANCE * diameter) far++
    }
    return { mean: sum / count / diameter, farShare: far / count }
  }
}

/** The points after a motion (12 numbers). */
export function moveInto(out: Float32Array, points: Float32Array, m: Float64Array): void {
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]
    const y = points[i + 1]
    const z = points[i + 2]
    out[i] = m[0] * x + m[1] * y + m[2] * z + m[9]
    out[i + 1] = m[3] * x + m[4] * y + m[5] * z + m[10]
    out[i + 2] = m[6] * x + m[7] * y + m[8] * z + m[11]
  }
}
