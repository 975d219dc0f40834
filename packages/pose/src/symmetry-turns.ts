import { eigenSymmetric3, normalize, perpendiculars, type Vector3 } from '@sextant/geometry'
import type { OrientedPoints } from '@sextant/hypotheses'
import { isWithin, type MotionFit } from './motion-fit.ts'

/** A turn that was tried, with the shift that fits best. */
export interface FittedTurn {
  /** 12 numbers: rotation row-major, translation mm */
  readonly motion: Float64Array
  readonly fit: MotionFit
}

/** Turns by `angle` (rad) about the line of this direction where it fits best. */
export type TryTurn = (direction: Vector3, angle: number) => FittedTurn

/** Turns about one direction by k + 1 steps of 30 degrees. */
export interface TurnSeries {
  readonly direction: Vector3
  readonly turns: readonly FittedTurn[]
}

/** Directions whose cosine is above are one: 8 degrees. */
export const SAME_DIRECTION = 0.99

/** Turns of 30 degrees. */
export const TURN_STEPS = 12
/** Worth a closer look at the direction. */
const NEARLY = { mean: 0.03, farShare: 0.2 }
/** As near as the samples, which lie 0.03 diameters apart, can tell. */
const CLEAN_MEAN = 0.0125
/** Half turns tried about lines across an axis: the sides of a square prism lie anywhere about it. */
const ACROSS_STEPS = 36
/** A direction is tilted by these steps as long as the fit gets better, rad; a half turn doubles every error of it. */
const TILTS = [0.07, 0.035, 0.0175]
const MAX_TILTS = 3
/** A tilt has to be better by more than the sampling is worth: CAD is mostly drawn along its axes. */
const BETTER = 0.97

/**
 * The turns about a direction; the direction is corrected first where one of them fits nearly.
 * @cost 11 fits; where the direction is corrected up to 59
 */
export function turnsAbout(direction: Vector3, tryTurn: TryTurn): TurnSeries {
  const turns = seriesAbout(direction, tryTurn)
  let best = 0
  turns.forEach(({ fit }, k) => {
    if (fit.mean < turns[best].fit.mean) best = k
  })
  const { fit } = turns[best]
  if (!isWithin(fit, NEARLY) || fit.mean < CLEAN_MEAN) return { direction, turns }
  const refined = refineDirection(direction, (2 * Math.PI * (best + 1)) / TURN_STEPS, tryTurn)
  return refined === direction ? { direction, turns } : { direction: refined, turns: seriesAbout(refined, tryTurn) }
}

function seriesAbout(direction: Vector3, tryTurn: TryTurn): FittedTurn[] {
  return Array.from({ length: TURN_STEPS - 1 }, (_, k) => tryTurn(direction, (2 * Math.PI * (k + 1)) / TURN_STEPS))
}

/** The turns within the limits. One counts only with all its multiples: the symmetries of a shape are a group. */
export function acceptedTurns({ turns }: TurnSeries, limits: MotionFit): Float64Array[] {
  const isAccepted = turns.map(({ fit }) => isWithin(fit, limits))
  const hasMultiples = (step: number): boolean => {
    for (let k = step; k !== 0; k = (k + step) % TURN_STEPS) if (!isAccepted[k - 1]) return false
    return true
  }
  return turns.filter((_, k) => hasMultiples(k + 1)).map(({ motion }) => motion)
}

/** The turn over by 180 degrees. */
export function halfTurnOf({ turns }: TurnSeries): FittedTurn {
  return turns[TURN_STEPS / 2 - 1]
}

/**
 * Half turns within the limits about lines across a direction.
 * @cost 36 fits, and up to 37 for each half turn that fits nearly
 */
export function halfTurnsAcross(direction: Vector3, tryTurn: TryTurn, limits: MotionFit): Float64Array[] {
  const [u, v] = perpendiculars(direction)
  const lines = Array.from({ length: ACROSS_STEPS }, (_, k) => {
    const angle = (Math.PI * k) / ACROSS_STEPS
    return normalize(u.map((value, a) => Math.cos(angle) * value + Math.sin(angle) * v[a]))
  })
  const fits = lines.map((line) => tryTurn(line, Math.PI).fit)
  return lines.flatMap((line, k) => {
    const isBest =
      fits[k].mean <= fits[(k + 1) % ACROSS_STEPS].mean &&
      fits[k].mean < fits[(k + ACROSS_STEPS - 1) % ACROSS_STEPS].mean
    if (!isBest || !isWithin(fits[k], NEARLY)) return []
    const { motion, fit } = tryTurn(refineDirection(line, Math.PI, tryTurn), Math.PI)
    return isWithin(fit, limits) ? [motion] : []
  })
}

/** The direction near by about which the turn fits best; the same one when none is better. */
function refineDirection(direction: Vector3, angle: number, tryTurn: TryTurn): Vector3 {
  let best = direction
  let mean = tryTurn(best, angle).fit.mean
  for (const tilt of TILTS) {
    for (let round = 0; round < MAX_TILTS; round++) {
      const [u, v] = perpendiculars(best)
      const start = best
      for (const [a, b] of [
        [tilt, 0],
        [-tilt, 0],
        [0, tilt],
        [0, -tilt],
      ] as const) {
        const candidate = normalize(start.map((value, k) => value + a * u[k] + b * v[k]))
        const candidateMean = tryTurn(candidate, angle).fit.mean
        if (candidateMean < (best === direction ? BETTER : 1) * mean) {
          mean = candidateMean
          best = candidate
        }
      }
      if (best === start) break
    }
  }
  return best
}

/** Coordinate axes and the principal axes that differ from them. */
export function candidateDirections(points: OrientedPoints): Vector3[] {
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
    const isNew = axes.every((a) => Math.abs(a[0] * axis[0] + a[1] * axis[1] + a[2] * axis[2]) < SAME_DIRECTION)
    if (isNew) axes.push(axis)
  }
  return axes
}
