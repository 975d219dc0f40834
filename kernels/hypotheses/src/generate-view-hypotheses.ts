// Notes. Needs the searched region to show the object's outline: with exact masks it is nearly as good as pairs, with
// merged ones it is useless. It has no feature table at all and serves shapes that have no telling pairs.
import { fibonacciDirections, multiplyRotations, rotationAbout, type Rng, type LookupGrid } from '@sextant/geometry'
import type { OrientedPoints } from './oriented-points.ts'
import { openRace, type RaceWorkspace } from './race-poses.ts'
import type { HypothesisList } from './thin-poses.ts'

export interface ViewHypothesisOptions {
  /** complete poses raced */
  readonly poseBudget: number
  /** most poses returned */
  readonly limit: number
}

const FACING = 0.15
/** Cells of the view in diameters, their number across, and how far behind the front of its cell a point is hidden. */
const CELL = 0.1
const CELLS = 12
const HIDDEN = 0.12
/** Poses around the one that lays centre on centre: standard deviation in diameters. */
const PLACEMENT_SPREAD = 0.05

/**
 * Turns the model evenly over all rotations, lays the centre of what would be visible on the centre of what the region
 * shows, and races the poses against the frame.
 *
 * @param ws           workspace; overwritten
 * @param checkPoints  model sample in farthest-point order; origin at the object's centre
 * @param scene        oriented points of the searched region, camera
 * @param grid         the whole frame
 * @param diameter     of the model, mm
 * @param noise        standard deviation of inverse depth, 1/mm
 * @returns poses best first, thinned; empty without scene points
 */
export function generateViewHypotheses(
  ws: RaceWorkspace,
  checkPoints: OrientedPoints,
  scene: OrientedPoints,
  grid: LookupGrid,
  diameter: number,
  noise: number,
  options: ViewHypothesisOptions,
  rng: Rng,
): HypothesisList {
  const target = meanOf(scene.positions)
  if (target === null) return { count: 0, poses: new Float32Array(0), scores: new Float32Array(0) }
  const viewCount = Math.max(24, Math.round(options.poseBudget ** (2 / 3)))
  const rollCount = Math.max(1, Math.floor(options.poseBudget / viewCount))
  const race = openRace(ws, checkPoints, grid, diameter, noise)
  for (const direction of fibonacciDirections(viewCount)) {
    const base = rotationOntoAxis(direction)
    const center = visibleCenter(checkPoints, base, direction, diameter)
    for (let roll = 0; roll < rollCount; roll++) {
      const R = multiplyRotations(rotationAbout([0, 0, 1], (2 * Math.PI * (roll + rng.next())) / rollCount), base)
      const o = race.nextOffset()
      for (let k = 0; k < 9; k++) ws.batch[o + k] = R[k]
      for (let k = 0; k < 3; k++) {
        const turned = R[3 * k] * center[0] + R[3 * k + 1] * center[1] + R[3 * k + 2] * center[2]
        ws.batch[o + 9 + k] = target[k] - turned + PLACEMENT_SPREAD * diameter * rng.normal()
      }
      race.enter()
    }
  }
  return race.finish(options.limit)
}

/** Mean of the points that a viewer in `direction` (object to camera) sees: normals facing, nothing in front. */
function visibleCenter(
  { positions, normals }: OrientedPoints,
  R: readonly number[],
  direction: readonly number[],
  diameter: number,
): number[] {
  const cell = CELL * diameter
  const front = new Float64Array(CELLS * CELLS).fill(Infinity)
  const cellOf = (i: number): number => {
    const x = R[0] * positions[i] + R[1] * positions[i + 1] + R[2] * positions[i + 2]
    const y = R[3] * positions[i] + R[4] * positions[i + 1] + R[5] * positions[i + 2]
    const u = Math.min(CELLS - 1, Math.max(0, Math.floor(x / cell) + CELLS / 2))
    const v = Math.min(CELLS - 1, Math.max(0, Math.floor(y / cell) + CELLS / 2))
    return v * CELLS + u
  }
  const depthOf = (i: number): number => R[6] * positions[i] + R[7] * positions[i + 1] + R[8] * positions[i + 2]
  for (let i = 0; i < positions.length; i += 3) {
    const at = cellOf(i)
    front[at] = Math.min(front[at], depthOf(i))
  }
  const sum = [0, 0, 0]
  let count = 0
  for (let i = 0; i < positions.length; i += 3) {
    const facing = normals[i] * direction[0] + normals[i + 1] * direction[1] + normals[i + 2] * direction[2]
    if (facing < FACING || depthOf(i) > front[cellOf(i)] + HIDDEN * diameter) continue
    for (let k = 0; k < 3; k++) sum[k] += positions[i + k]
    count++
  }
  return count === 0 ? sum : sum.map((value) => value / count)
}

/** A rotation that turns `direction` towards the camera (minus z). */
function rotationOntoAxis([x, y, z]: readonly number[]): number[] {
  const sine = Math.hypot(x, y)
  const angle = Math.atan2(sine, -z)
  if (sine < 1e-9) return z < 0 ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : [1, 0, 0, 0, -1, 0, 0, 0, -1]
  // direction x (0, 0, -1) = (-y, x, 0)
  return rotationAbout([-y / sine, x / sine, 0], angle)
}

function meanOf(positions: Float32Array): number[] | null {
  const count = positions.length / 3
  if (count === 0) return null
  const sum = [0, 0, 0]
  for (let i = 0; i < positions.length; i++) sum[i % 3] += positions[i]
  return sum.map((value) => value / count)
}
