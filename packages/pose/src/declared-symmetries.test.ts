import { rotationAbout, type Vector3 } from '@sextant/geometry'
import { createBracketMesh } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { withDeclared } from './declared-symmetries.ts'
import { turnAbout, type NearSymmetries } from './near-symmetries.ts'
import { prepareModel } from './prepare-model.ts'
import { reportSymmetries } from './report-symmetries.ts'

const NOTHING: NearSymmetries = { motions: [], freeAxes: [] }
const CENTER: Vector3 = [120, -40, 15]
const axisAt = (direction: Vector3, point: Vector3) => ({ direction, point, isExact: true })
/** Half a turn about the line along z through (100, 20), in the object's own coordinates. */
const HALF_TURN = [-1, 0, 0, 200, 0, -1, 0, 40, 0, 0, 1, 0, 0, 0, 0, 1]

describe('withDeclared', () => {
  it('moves a motion and an axis to the centre of the object, from where the report moves them back', () => {
    const declared = {
      symmetries_discrete: [HALF_TURN],
      symmetries_continuous: [{ axis: [0, 2, 0], offset: [100, 0, 30] }],
    }
    const { motions, freeAxes } = withDeclared(NOTHING, declared, CENTER)
    const same = turnAbout(axisAt([0, 0, 1], [-20, 60, 0]), Math.PI)
    motions[0].forEach((value, k) => expect(value).toBeCloseTo(same[k], 9))
    expect(freeAxes).toEqual([axisAt([0, 1, 0], [-20, 40, 15])])
    const { symmetries_discrete } = reportSymmetries({ center: CENTER, nearSymmetries: motions, freeAxes: [] })
    symmetries_discrete[0].forEach((value, k) => expect(value).toBeCloseTo(HALF_TURN[k], 9))
  })

  it('keeps what was found besides, each once', () => {
    const quarter = Float64Array.of(...rotationAbout([0, 0, 1], Math.PI / 2), 0, 0, 0)
    const nearly = Float64Array.of(...rotationAbout([0, 0, 1], Math.PI + 0.05), 1, 0, 0)
    const found = { motions: [nearly, quarter], freeAxes: [{ ...axisAt([0, 0.05, -1], [1, 0, 0]), isExact: false }] }
    const declared = {
      symmetries_discrete: [HALF_TURN],
      symmetries_continuous: [{ axis: [0, 0, 1], offset: [0, 0, 0] }],
    }
    const { motions, freeAxes } = withDeclared(found, declared, CENTER)
    expect(motions).toHaveLength(2)
    expect(motions[1]).toBe(quarter)
    expect(freeAxes).toEqual([axisAt([0, 0, 1], [-120, 40, -15])])
  })
})

describe('prepareModel', () => {
  it('gives the search what is declared of a bracket that has no symmetry of its own', () => {
    const mesh = createBracketMesh()
    const none = prepareModel(mesh)
    expect([none.nearSymmetries, none.freeAxes]).toEqual([[], []])
    const told = prepareModel(mesh, { symmetries_discrete: [HALF_TURN], symmetries_continuous: [] })
    expect(told.nearSymmetries).toHaveLength(1)
    expect(told.pairTable).toEqual(none.pairTable)
  })
})
