import { rotationAbout, rotationAngleBetween, type Vector3 } from '@sextant/geometry'
import type { OrientedPoints } from '@sextant/hypotheses'
import { createMotionFit, isWithin, type MotionFit } from './motion-fit.ts'
import {
  acceptedTurns,
  candidateDirections,
  halfTurnOf,
  halfTurnsAcross,
  turnsAbout,
  type TryTurn,
  type TurnSeries,
} from './symmetry-turns.ts'

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

/** Looks alike but for something small: a search has to try it. */
export const SEARCH_TOLERANCE: MotionFit = { mean: 0.022, farShare: 0.06 }
/** Looks the same: what is said of an object. */
export const REPORT_TOLERANCE: MotionFit = { mean: 0.022, farShare: 0.02 }
/** A body of revolution with something small on it (the handle of a mug): worth trying all turns. */
const NEARLY_FREE: MotionFit = { mean: 0.04, farShare: 0.25 }

const MIN_ACCEPTED_FOR_FREE = 9
const MAX_MOTIONS = 28
/** Rotations nearer than this are one, rad: those of a group of 30 degree turns are twice as far apart. */
export const SAME_ROTATION = 0.25

/**
 * Tests turns of 30 degrees about the coordinate and principal directions, each with the shift that fits best, and half
 * turns across nearly free axes; closes the accepted ones under composition.
 *
 * @param probes    points to turn, origin at the centre
 * @param surface   points to meet
 * @param diameter  mm
 * @cost 300 to 1500 nearest-neighbour sweeps over the probes
 */
export function findNearSymmetries(
  probes: OrientedPoints,
  surface: OrientedPoints,
  diameter: number,
  tolerance: MotionFit = SEARCH_TOLERANCE,
): NearSymmetries {
  const fit = createMotionFit(probes, surface, diameter)
  const tryTurn: TryTurn = (direction, angle) => {
    const motion = new Float64Array(12)
    motion.set(rotationAbout(direction, angle))
    return { motion, fit: fit(motion) }
  }
  const motions: Float64Array[] = []
  const freeAxes: FreeAxis[] = []
  const isNew = (motion: Float64Array): boolean =>
    motions.length < MAX_MOTIONS &&
    [IDENTITY, ...motions].every(
      (other) => rotationAngleBetween(motion.subarray(0, 9), other.subarray(0, 9)) > SAME_ROTATION,
    )
  const addIfNew = (motion: Float64Array): void => {
    if (isNew(motion)) motions.push(motion)
  }
  for (const candidate of candidateDirections(surface)) {
    const series = turnsAbout(candidate, tryTurn)
    const axis = freeAxisOf(series, tolerance)
    if (axis !== null) freeAxes.push(axis)
    if (axis?.isExact === true) continue
    // All turns about a nearly free axis are tried anyway; told are those that are more than nearly the same.
    const turns = acceptedTurns(series, axis === null ? tolerance : REPORT_TOLERANCE)
    turns.forEach(addIfNew)
    // Of a section with three sides or more, no principal direction says where the sides lie.
    if (axis !== null || turns.length > 1) halfTurnsAcross(series.direction, tryTurn, tolerance).forEach(addIfNew)
  }
  for (let i = 0; i < motions.length && motions.length < MAX_MOTIONS; i++) {
    for (let j = 0; j < motions.length && motions.length < MAX_MOTIONS; j++) {
      const product = composeMotions(motions[i], motions[j])
      if (isNew(product) && isWithin(fit(product), tolerance)) motions.push(product)
    }
  }
  return { motions, freeAxes: freeAxes.slice(0, 3) }
}

/** null: the shape does not turn about this direction, not even nearly */
function freeAxisOf(series: TurnSeries, tolerance: MotionFit): FreeAxis | null {
  const isFree = (limits: MotionFit): boolean =>
    series.turns.filter(({ fit }) => isWithin(fit, limits)).length >= MIN_ACCEPTED_FOR_FREE
  if (!isFree(NEARLY_FREE)) return null
  // The half turn about a line through c shifts by 2 c (its part across the line).
  const half = halfTurnOf(series).motion
  const point: Vector3 = [half[9] / 2, half[10] / 2, half[11] / 2]
  return { direction: series.direction, point, isExact: isFree(tolerance) }
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

const IDENTITY = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
