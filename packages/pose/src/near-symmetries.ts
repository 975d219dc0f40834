import { eigenSymmetric3, rotationAbout, rotationAngleBetween, type Vector3 } from '@sextant/geometry'
import type { OrientedPoints } from '@sextant/hypotheses'
import { createKdTree, nearestInto } from '@sextant/neighbors'

/** A straight line about which the shape can turn. */
export interface FreeAxis {
  /** unit, object */
  readonly direction: Vector3
  /** a point on it, mm, object's centre as origin */
  readonly point: Vector3
  /** false: something small tells the turns apart (the handle of a mug) */
  readonly isExact: boolean
}

/** Rigid motions that map the shape nearly onto itself, colour disregarded. */
export interface NearSymmetries {
  /** 12 numbers each: rotation row-major, translation mm; identity excluded; free axes are not expanded into it */
  readonly motions: Float64Array[]
  readonly freeAxes: FreeAxis[]
}

const STEPS = 12
const FAR_DISTANCE = 0.045
/** Mean distance (in diameters) and share of far points under which a motion looks the same. */
const SAME = { mean: 0.022, farShare: 0.06 }
/** The same for a body of revolution with something small on it (the handle of a mug): worth trying all turns. */
const NEARLY_SAME = { mean: 0.04, farShare: 0.25 }
const MIN_ACCEPTED_FOR_FREE = 9
const MAX_MOTIONS = 28
const SAME_ROTATION = 0.12
/** The axis of a mug does not pass through the centre of its box: the shift is found by translation-only ICP. */
const SHIFT_ITERATIONS = 10
const TRIMMED_SHARE = 0.7

/**
 * Tests turns of 30 degrees about the coordinate and principal directions, each with the shift that fits best; closes
 * the accepted ones under composition.
 *
 * @param probes    points to turn, origin at the centre
 * @param surface   points to meet
 * @param diameter  mm
 * @cost about 300 nearest-neighbour sweeps over the probes
 */
export function findNearSymmetries(probes: OrientedPoints, surface: OrientedPoints, diameter: number): NearSymmetries {
  const fit = createMotionFit(probes, surface, diameter)
  const motions: Float64Array[] = []
  const freeAxes: FreeAxis[] = []
  const addIfNew = (motion: Float64Array): void => {
    const known = [IDENTITY, ...motions]
    const isNew = known.every(
      (other) => rotationAngleBetween(motion.subarray(0, 9), other.subarray(0, 9)) > SAME_ROTATION,
    )
    if (isNew && motions.length < MAX_MOTIONS) motions.push(motion)
  }
  for (const direction of candidateDirections(surface)) {
    const turns = Array.from({ length: STEPS - 1 }, (_, k) => {
      const motion = new Float64Array(12)
      motion.set(rotationAbout(direction, (2 * Math.PI * (k + 1)) / STEPS))
      return { motion, quality: fit(motion) }
    })
    if (turns.filter(({ quality }) => isWithin(quality, NEARLY_SAME)).length >= MIN_ACCEPTED_FOR_FREE) {
      // The half turn about a line through c shifts by 2 c (its part across the line).
      const half = turns[STEPS / 2 - 1].motion
      const isExact = turns.filter(({ quality }) => isWithin(quality, SAME)).length >= MIN_ACCEPTED_FOR_FREE
      freeAxes.push({ direction, point: [half[9] / 2, half[10] / 2, half[11] / 2], isExact })
    } else for (const { motion, quality } of turns) if (isWithin(quality, SAME)) addIfNew(motion)
  }
  for (let i = 0; i < motions.length && motions.length < MAX_MOTIONS; i++) {
    for (let j = 0; j < motions.length && motions.length < MAX_MOTIONS; j++) {
      const product = composeMotions(motions[i], motions[j])
      if (isWithin(fit(product), SAME)) addIfNew(product)
    }
  }
  return { motions, freeAxes: freeAxes.slice(0, 3) }
}

/** The turn by `angle` (rad) about a free axis, 12 numbers. */
export function turnAbout(axis: FreeAxis, angle: number): Float64Array {
  const motion = new Float64Array(12)
  const R = rotationAbout(axis.direction, angle)
  motion.set(R)
  const [x, y, z] = axis.point
  motion[9] = x - (R[0] * x + R[1] * y + R[2] * z)
  motion[10] = y - (R[3] * x + R[4] * y + R[5] * z)
  motion[11] = z - (R[6] * x + R[7] * y + R[8] * z)
  return motion
}

/** `a` after `b`, 12 numbers each: rotation row-major, translation. */
export function composeMotions(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(12)
  for (let r = 0; r < 3; r++) {
    const a0 = a[3 * r]
    const a1 = a[3 * r + 1]
    const a2 = a[3 * r + 2]
    for (let c = 0; c < 3; c++) out[3 * r + c] = a0 * b[c] + a1 * b[3 + c] + a2 * b[6 + c]
    out[9 + r] = a0 * b[9] + a1 * b[10] + a2 * b[11] + a[9 + r]
  }
  return out
}

interface FitQuality {
  /** in diameters */
  readonly mean: number
  readonly farShare: number
}

function isWithin(quality: FitQuality, limits: FitQuality): boolean {
  return quality.mean < limits.mean && quality.farShare < limits.farShare
}

/** Shifts a motion (in place) to where it fits best and says how well. */
function createMotionFit(
  probes: OrientedPoints,
  surface: OrientedPoints,
  diameter: number,
): (motion: Float64Array) => FitQuality {
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

function moveInto(out: Float32Array, points: Float32Array, m: Float64Array): void {
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]
    const y = points[i + 1]
    const z = points[i + 2]
    out[i] = m[0] * x + m[1] * y + m[2] * z + m[9]
    out[i + 1] = m[3] * x + m[4] * y + m[5] * z + m[10]
    out[i + 2] = m[6] * x + m[7] * y + m[8] * z + m[11]
  }
}

const IDENTITY = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])

/** Coordinate axes and the principal axes that differ from them by more than 8 degrees. */
function candidateDirections(points: OrientedPoints): Vector3[] {
  const axes: Vector3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  const n = points.positions.length / 3
  const mean = [0, 0, 0]
  for (let i = 0; i < points.positions.length; i++) mean[i % 3] += points.positions[i] / n
  const C = new Float64Array(9)
  for (let i = 0; i < points.positions.length; i += 3) {
    for (let r = 0; r < 3; r++) {
      for (let c = 0; c < 3; c++) {
        C[3 * r + c] += (points.positions[i + r] - mean[r]) * (points.positions[i + c] - mean[c])
      }
    }
  }
  for (const vector of eigenSymmetric3(C).vectors) {
    const axis: Vector3 = [vector[0], vector[1], vector[2]]
    const isNew = axes.every((a) => Math.abs(a[0] * axis[0] + a[1] * axis[1] + a[2] * axis[2]) < 0.99)
    if (isNew) axes.push(axis)
  }
  return axes
}
