import { multiplyRotations, rotationAbout, transformFrom, type Vector3 } from '@sextant/geometry'
import { createBoxMesh, renderTableFrame } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { prepareModel } from './prepare-model.ts'
import { prepareScene } from './prepare-scene.ts'
import { measureSupport } from './support-planes.ts'

/** A flat box on the wall that renderTableFrame stands for a table, looked at from above. */
const SIZE: Vector3 = [120, 90, 60]
const TOLERANCE = 4
const WALL = 900
const box = createBoxMesh([-SIZE[0] / 2, -SIZE[1] / 2, -SIZE[2] / 2], [SIZE[0] / 2, SIZE[1] / 2, SIZE[2] / 2])
const model = prepareModel(box)
/** The wall comes nearer by 0.4 mm a row. */
const LEAN = rotationAbout([1, 0, 0], -Math.atan((0.4 * 570) / WALL))

function poseAt(rotation: readonly number[], above: number): Float64Array {
  return Float64Array.of(...rotation, 0, 0, WALL - SIZE[2] / 2 - above)
}

const scene = prepareScene(
  renderTableFrame({
    objects: [{ mesh: box, cameraFromObject: transformFrom<'camera', 'object'>(LEAN, [0, 0, WALL - SIZE[2] / 2]) }],
  }),
)
const measure = (pose: Float64Array) =>
  measureSupport(scene.surface, scene.supportPlanes, pose, model.checkPoints, TOLERANCE)

describe('measureSupport', () => {
  it('finds the plane that the box stands on', () => {
    expect(scene.supportPlanes).toHaveLength(1)
  })

  it('sees no gap and no penetration where the box stands', () => {
    const { gapMm, penetrationMm } = measure(poseAt(LEAN, 0))
    expect(gapMm).toBeLessThan(4)
    expect(Math.abs(penetrationMm ?? NaN)).toBeLessThan(4)
  })

  it('measures how far a box floats', () => {
    const { gapMm, penetrationMm } = measure(poseAt(LEAN, 100))
    expect(gapMm).toBeGreaterThan(90)
    expect(penetrationMm).toBeLessThan(-90)
  })

  it('measures how far a box whose top agrees reaches below when it stands upright', () => {
    const upright = multiplyRotations(LEAN, rotationAbout([0, 1, 0], Math.PI / 2))
    const { penetrationMm } = measure(Float64Array.of(...upright, 0, 0, WALL - SIZE[2] + SIZE[0] / 2))
    expect(penetrationMm).toBeGreaterThan(SIZE[0] - SIZE[2] - 8)
    expect(penetrationMm).toBeLessThan(SIZE[0] - SIZE[2] + 8)
  })

  it('says nothing beside the plane', () => {
    const aside = poseAt(LEAN, 0)
    aside[9] = 3000
    expect(measure(aside)).toEqual({ penetrationMm: null, gapMm: null })
  })

  it('says nothing without planes', () => {
    expect(measureSupport(scene.surface, [], poseAt(LEAN, 0), model.checkPoints, TOLERANCE)).toEqual({
      penetrationMm: null,
      gapMm: null,
    })
  })

  it('does not take what is seen through for a support', () => {
    const frame = renderTableFrame({ objects: [] })
    // A frame around a hole: the rim of a bin.
    const data = frame.depth.data.map((z, o) => {
      const [x, y] = [o % 640, Math.floor(o / 640)]
      return x > 120 && x < 520 && y > 90 && y < 390 ? z + 200 : z
    })
    const rim = prepareScene({ ...frame, depth: { ...frame.depth, data } }).supportPlanes
    expect(rim.map(({ offset }) => Math.round(-offset / 100))).not.toContain(9)
  })
})
