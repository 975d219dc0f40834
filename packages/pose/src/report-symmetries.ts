import type { ObjectSymmetries } from '@sextant/contracts'
import { dot, type TriangleMesh, type Vector3 } from '@sextant/geometry'
import { symmetriesInColor } from './color-symmetry.ts'
import { findNearSymmetries, REPORT_TOLERANCE, type NearSymmetries } from './near-symmetries.ts'
import { sampleModel, type ModelSamples, type PreparedModel } from './prepare-model.ts'
import { SAME_DIRECTION } from './symmetry-turns.ts'

/** The symmetries of a mesh. */
export interface MeshSymmetries {
  /** colour disregarded */
  readonly ofShape: ObjectSymmetries
  /** those of them that its colours have too; found when asked for */
  readonly inColor: () => ObjectSymmetries
}

/**
 * @param mesh  mm, object
 * @returns null: no surface can be seen from outside, so that it cannot be looked for
 */
export function symmetriesOfMesh(mesh: TriangleMesh): MeshSymmetries | null {
  let samples: ModelSamples
  try {
    samples = sampleModel(mesh)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
  const { center, diameter, finePoints, mesh: centered, probes } = samples
  const found = findNearSymmetries(probes, finePoints, diameter, REPORT_TOLERANCE)
  const report = ({ motions, freeAxes }: NearSymmetries): ObjectSymmetries =>
    reportSymmetries({ center, nearSymmetries: motions, freeAxes })
  return { ofShape: report(found), inColor: () => report(symmetriesInColor(found, centered, finePoints)) }
}

/**
 * Symmetries in the form of BOP's models_info, in the object's own coordinates. Axes that something small tells apart
 * (the handle of a mug) are none. With a free axis the turns about it are not listed, and of the motions that turn it
 * over, one.
 */
export function reportSymmetries({
  center,
  freeAxes,
  nearSymmetries,
}: Pick<PreparedModel, 'center' | 'freeAxes' | 'nearSymmetries'>): ObjectSymmetries {
  const free = freeAxes.filter(({ isExact }) => isExact)
  const axis = free.at(0)?.direction
  const motions =
    axis === undefined
      ? nearSymmetries
      : nearSymmetries.filter((motion) => dot(turned(motion, axis), axis) < -SAME_DIRECTION)
  // Free about two axes is free about all: nothing is left to list.
  const listed = axis === undefined ? motions : free.length > 1 ? [] : motions.slice(0, 1)
  return {
    symmetries_discrete: listed.map((motion) => aboutOrigin(motion, center)),
    symmetries_continuous: free.map(({ direction, point }) => ({
      axis: [...direction],
      offset: [point[0] + center[0], point[1] + center[1], point[2] + center[2]],
    })),
  }
}

function turned(m: Float64Array, [x, y, z]: Vector3): Vector3 {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z]
}

/** Of a motion about the centre (12 numbers), the same motion about the object's origin: 4x4 row-major, mm. */
function aboutOrigin(m: Float64Array, center: Vector3): number[] {
  const moved = turned(m, center)
  const rows = [0, 1, 2].map((r) => [m[3 * r], m[3 * r + 1], m[3 * r + 2], m[9 + r] + center[r] - moved[r]])
  return [...rows.flat(), 0, 0, 0, 1]
}
