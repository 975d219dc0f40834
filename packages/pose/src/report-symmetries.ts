import type { ObjectSymmetries } from '@sextant/contracts'
import type { Vector3 } from '@sextant/geometry'
import type { PreparedModel } from './prepare-model.ts'

/**
 * The symmetries that the search reckons with, in the form of BOP's models_info: colour disregarded, in the object's own
 * coordinates. Axes that something small tells apart (the handle of a mug) are none.
 */
export function reportSymmetries({
  center,
  freeAxes,
  nearSymmetries,
}: Pick<PreparedModel, 'center' | 'freeAxes' | 'nearSymmetries'>): ObjectSymmetries {
  return {
    symmetries_discrete: nearSymmetries.map((motion) => aboutOrigin(motion, center)),
    symmetries_continuous: freeAxes
      .filter(({ isExact }) => isExact)
      .map(({ direction, point }) => ({
        axis: [...direction],
        offset: [point[0] + center[0], point[1] + center[1], point[2] + center[2]],
      })),
  }
}

/** Of a motion about the centre (12 numbers), the same motion about the object's origin: 4x4 row-major, mm. */
function aboutOrigin(m: Float64Array, [x, y, z]: Vector3): number[] {
  const rows = [0, 1, 2].map((r) => {
    const moved = m[3 * r] * x + m[3 * r + 1] * y + m[3 * r + 2] * z
    return [m[3 * r], m[3 * r + 1], m[3 * r + 2], m[9 + r] + [x, y, z][r] - moved]
  })
  return [...rows.flat(), 0, 0, 0, 1]
}
