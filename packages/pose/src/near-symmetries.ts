import {
  eigenSymmetric3,
  multiplyRotations,
  rotationAbout,
  rotationAngleBetween,
  type Vector3,
} from '@sextant/geometry'
import type { OrientedPoints } from '@sextant/hypotheses'
import { createKdTree, nearestInto } from '@sextant/neighbors'

/** Rotations about the object's centre that map the shape nearly onto itself, colour disregarded. */
export interface NearSymmetries {
  /** row-major 3x3; identity excluded; free axes are not expanded into it */
  readonly rotations: number[][]
  readonly freeAxes: Vector3[]
}

const STEPS = 12
const MEAN_LIMIT = 0.022
const FAR_DISTANCE = 0.045
const FAR_SHARE = 0.06
const MIN_ACCEPTED_FOR_FREE = 9
const MAX_ROTATIONS = 28
const SAME_ROTATION = 0.12

/**
 * Tests turns of 30 degrees about the coordinate and principal axes; closes the accepted ones under composition.
 *
 * @param probes    points to turn, origin at the centre
 * @param surface   points to meet
 * @param diameter  mm
 * @cost about 66 nearest-neighbour sweeps over the probes
 */
export function findNearSymmetries(probes: OrientedPoints, surface: OrientedPoints, diameter: number): NearSymmetries {
  const tree = createKdTree(surface.positions)
  const count = probes.positions.length / 3
  const turned = new Float32Array(3 * count)
  const indices = new Uint32Array(count)
  const squared = new Float32Array(count)
  const fits = (R: readonly number[]): boolean => {
    for (let i = 0; i < 3 * count; i += 3) {
      const x = probes.positions[i]
      const y = probes.positions[i + 1]
      const z = probes.positions[i + 2]
      turned[i] = R[0] * x + R[1] * y + R[2] * z
      turned[i + 1] = R[3] * x + R[4] * y + R[5] * z
      turned[i + 2] = R[6] * x + R[7] * y + R[8] * z
    }
    nearestInto(indices, squared, tree, turned)
    let sum = 0
    let far = 0
    for (const value of squared) {
      const distance = Math.sqrt(value)
      sum += distance
      if (distance > FAR_DISTANCE * diameter) far++
    }
    return sum / count < MEAN_LIMIT * diameter && far < FAR_SHARE * count
  }

  const freeAxes: Vector3[] = []
  const rotations: number[][] = []
  const addIfNew = (R: number[]): boolean => {
    if (rotationAngleBetween(R, IDENTITY) < SAME_ROTATION) return false
    if (rotations.some((other) => rotationAngleBetween(R, other) < SAME_ROTATION)) return false
    rotations.push(R)
    return true
  }
  for (const axis of candidateAxes(surface)) {
    const accepted: number[][] = []
    for (let step = 1; step < STEPS; step++) {
      const R = rotationAbout(axis, (2 * Math.PI * step) / STEPS)
      if (fits(R)) accepted.push(R)
    }
    if (accepted.length >= MIN_ACCEPTED_FOR_FREE) freeAxes.push(axis)
    else accepted.forEach(addIfNew)
  }
  // Half turns about axes across a free axis are what is left of a cylinder's symmetry.
  for (let i = 0; i < rotations.length && rotations.length < MAX_ROTATIONS; i++) {
    for (let j = 0; j < rotations.length && rotations.length < MAX_ROTATIONS; j++) {
      const product = multiplyRotations(rotations[i], rotations[j])
      if (fits(product)) addIfNew(product)
    }
  }
  return { rotations, freeAxes: freeAxes.slice(0, 3) }
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** Coordinate axes and the principal axes that differ from them by more than 8 degrees. */
function candidateAxes(points: OrientedPoints): Vector3[] {
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
      for (let c = 0; c < 3; c++)
        C[3 * r + c] += (points.positions[i + r] - mean[r]) * (points.positions[i + c] - mean[c])
    }
  }
  for (const vector of eigenSymmetric3(C).vectors) {
    const axis: Vector3 = [vector[0], vector[1], vector[2]]
    const isNew = axes.every((a) => Math.abs(a[0] * axis[0] + a[1] * axis[1] + a[2] * axis[2]) < 0.99)
    if (isNew) axes.push(axis)
  }
  return axes
}
