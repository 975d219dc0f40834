import { MILLIMETERS_PER_UNIT, type LengthUnit } from '@sextant/geometry'
import { createBoxMesh } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { judgeUnit, scaleMesh } from './judge-unit.ts'

const undeclared = (extent: number) => judgeUnit({ extent, declared: null })
const UNITS = Object.keys(MILLIMETERS_PER_UNIT) as LengthUnit[]

describe('judgeUnit', () => {
  it.each([32, 60, 120, 300, 316])('takes %d across for millimetres, and says what else it might be', (extent) => {
    const { unit, millimetersPerUnit, basis, verdict, alternatives } = undeclared(extent)
    expect([unit, millimetersPerUnit, basis, verdict]).toEqual(['mm', 1, 'inferred', 'plausible'])
    for (const { unit: other, diameterMm } of alternatives) {
      expect(other).not.toBe('mm')
      expect(diameterMm).toBeCloseTo(extent * MILLIMETERS_PER_UNIT[other], 9)
    }
  })

  it.each([
    [0.12, ['m']],
    [1.2, ['in', 'cm']],
    [4.7, ['in', 'cm']],
    [9.9, ['cm', 'in']],
    [12, ['cm', 'in', 'mm']],
    [31, ['cm', 'mm', 'in']],
    [317, ['mm']],
    [999, ['mm']],
    [1500, []],
    [120_000, ['um']],
    [1e9, []],
    [1e-9, []],
  ])('asks about %d across, with the units that would fit, best first', (extent, units) => {
    const { unit, millimetersPerUnit, verdict, alternatives, reasons } = undeclared(extent)
    expect([unit, millimetersPerUnit, verdict]).toEqual([null, 1, 'ask'])
    expect(alternatives.map((alternative) => alternative.unit)).toEqual(units)
    expect(reasons.join(' ')).toContain(units.length === 0 ? 'no unit gives a usual size' : 'across')
    for (const name of units.filter((one) => one !== 'mm')) expect(reasons.join(' ')).toContain(`drawn in ${name}`)
  })

  it.each([0.001, 0.01, 0.1, 10, 25.4, 1000])(
    'never takes an object of 32 to 316 mm, drawn %d times, for it',
    (factor) => {
      for (let trueMm = 32; trueMm <= 316; trueMm += 4) {
        expect(undeclared(trueMm).unit, `${trueMm} mm`).toBe('mm')
        expect(undeclared(trueMm * factor).unit, `${trueMm} mm`).toBeNull()
      }
    },
  )

  it('names the unit that an object of 32 to 316 mm is drawn in', () => {
    for (let trueMm = 32; trueMm <= 316; trueMm += 4) {
      for (const unit of UNITS.filter((name) => name !== 'mm')) {
        const judged = undeclared(trueMm / MILLIMETERS_PER_UNIT[unit])
        expect(judged.unit, `${trueMm} mm in ${unit}`).toBeNull()
        expect(judged.alternatives.map((alternative) => alternative.unit)).toContain(unit)
      }
    }
  })

  it.each(['declared', 'manifest', 'file'] as const)('believes what is said: %s', (basis) => {
    const judged = judgeUnit({ extent: 0.12, declared: { unit: 'm', basis } })
    expect(judged).toMatchObject({ unit: 'm', millimetersPerUnit: 1000, basis, verdict: 'certain', alternatives: [] })
    const odd = judgeUnit({ extent: 0.12, declared: { unit: 'mm', basis } })
    expect(odd).toMatchObject({
      unit: 'mm',
      millimetersPerUnit: 1,
      verdict: 'plausible',
      alternatives: [{ unit: 'm' }],
    })
    expect(odd.reasons).toHaveLength(2)
  })
})

describe('scaleMesh', () => {
  it('scales positions alone, and leaves millimetres as they are', () => {
    const box = createBoxMesh([0, 0, 0], [1, 2, 4])
    expect(scaleMesh(box, 1)).toBe(box)
    const inches = scaleMesh(box, 25.4)
    expect(Math.max(...inches.positions)).toBeCloseTo(101.6, 4)
    expect([inches.faces, inches.colors]).toEqual([box.faces, box.colors])
    expect(Math.max(...box.positions)).toBe(4)
  })
})
