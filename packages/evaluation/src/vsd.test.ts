import { createRng, transformFrom, type Frame } from '@sextant/geometry'
import { createRasterMesh, createRasterTarget, renderInto } from '@sextant/raster'
import { describe, expect, it } from 'vitest'
import { createTeaBox } from './example-cad/tea-box.ts'
import { averageRecallVsd, createVsdWorkspace, vsdOf } from './vsd.ts'

const camera = { fx: 300, fy: 300, cx: 79.5, cy: 59.5, width: 160, height: 120 }
const mesh = createRasterMesh(createTeaBox())
const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]
const truth = transformFrom<'camera', 'object'>(identity, [0, 0, 600])
const target = createRasterTarget(160, 120)
renderInto(target, mesh, truth, camera)
const frame: Frame = {
  color: { width: 160, height: 120, data: new Uint8Array(3 * 160 * 120) },
  depth: { width: 160, height: 120, data: Float32Array.from(target.depths, (z) => (z === 0 ? 900 : z)) },
  camera,
}
const errorsOf = (shift: [number, number, number], measured = frame): number[] =>
  vsdOf(
    createVsdWorkspace(camera),
    measured,
    mesh,
    transformFrom<'camera', 'object'>(identity, [shift[0], shift[1], 600 + shift[2]]),
    truth,
    180,
  )

describe('vsd', () => {
  it('is nothing for the true pose and everything beside the object', () => {
    expect(errorsOf([0, 0, 0])).toEqual(new Array(10).fill(0))
    expect(errorsOf([150, 0, 0])).toEqual(new Array(10).fill(1))
    expect(averageRecallVsd([errorsOf([0, 0, 0]), errorsOf([150, 0, 0])])).toBeCloseTo(0.5, 12)
  })

  it('forgives depth up to the tolerance', () => {
    // 12 mm: beyond 0.05 d = 9 mm, within 0.1 d.
    const errors = errorsOf([0, 0, -12])
    expect(errors[0]).toBeGreaterThan(0.9)
    expect(errors[1]).toBeLessThan(0.2)
  })

  it('looks at visible pixels only', () => {
    const rng = createRng(1)
    const hidden = { ...frame, depth: { ...frame.depth, data: frame.depth.data.map(() => 200 + rng.next()) } }
    expect(errorsOf([0, 0, 0], hidden)).toEqual(new Array(10).fill(1))
  })
})
