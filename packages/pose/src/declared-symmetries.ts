import type { ObjectSymmetries } from '@sextant/contracts'
import { dot, normalize, rotationAngleBetween, transformPointInto, type Vector3 } from '@sextant/geometry'
import { SAME_ROTATION, type FreeAxis, type NearSymmetries } from './near-symmetries.ts'
import { SAME_DIRECTION } from './symmetry-turns.ts'

/**
 * What is declared of an object, and besides it what was found and is not the same: a search tries both.
 *
 * @param found     about the object's centre
 * @param declared  in the object's own coordinates, mm
 * @param center    mm, object
 */
export function withDeclared(found: NearSymmetries, declared: ObjectSymmetries, center: Vector3): NearSymmetries {
  const motions = declared.symmetries_discrete.map((matrix) => aboutCenter(matrix, center))
  const freeAxes = declared.symmetries_continuous.map(({ axis, offset }): FreeAxis => {
    const point: Vector3 = [offset[0] - center[0], offset[1] - center[1], offset[2] - center[2]]
    return { direction: normalize(axis), point, isExact: true }
  })
  const isDeclared = (motion: Float64Array): boolean =>
    motions.some((other) => rotationAngleBetween(motion.subarray(0, 9), other.subarray(0, 9)) <= SAME_ROTATION)
  const isDeclaredAxis = ({ direction }: FreeAxis): boolean =>
    freeAxes.some((axis) => Math.abs(dot(axis.direction, direction)) > SAME_DIRECTION)
  return {
    motions: [...motions, ...found.motions.filter((motion) => !isDeclared(motion))],
    freeAxes: [...freeAxes, ...found.freeAxes.filter((axis) => !isDeclaredAxis(axis))],
  }
}

/** Of a motion about the object's origin (4x4 row-major), the same motion about the centre: 12 numbers. */
function aboutCenter(matrix: readonly number[], center: Vector3): Float64Array {
  const m = Float64Array.from(matrix)
  const moved = transformPointInto([0, 0, 0], m, center)
  const rotation = [0, 1, 2].flatMap((r) => [m[4 * r], m[4 * r + 1], m[4 * r + 2]])
  return Float64Array.of(...rotation, moved[0] - center[0], moved[1] - center[1], moved[2] - center[2])
}
