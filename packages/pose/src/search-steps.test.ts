import { multiplyRotations, rotationAbout, transformFrom, type Vector3 } from '@sextant/geometry'
import { createBoxMesh, renderTableFrame } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import type { Candidate } from './pose-pool.ts'
import { prepareModel } from './prepare-model.ts'
import { prepareScene, type PreparedScene } from './prepare-scene.ts'
import { createLocalRunner } from './search-steps.ts'

/** A flat box on the wall that renderTableFrame stands for a table, looked at from above. */
const SIZE: Vector3 = [120, 90, 60]
const WALL = 900
const box = createBoxMesh([-SIZE[0] / 2, -SIZE[1] / 2, -SIZE[2] / 2], [SIZE[0] / 2, SIZE[1] / 2, SIZE[2] / 2])
const model = prepareModel(box)
/** The wall comes nearer by 0.4 mm a row. */
const LEAN = rotationAbout([1, 0, 0], -Math.atan((0.4 * 570) / WALL))
const scene = prepareScene(
  renderTableFrame({
    objects: [{ mesh: box, cameraFromObject: transformFrom<'camera', 'object'>(LEAN, [0, 0, WALL - SIZE[2] / 2]) }],
  }),
)

describe('coarse refinement', () => {
  /** The quick score of a pose after it. */
  const scoreOf = (rotation: readonly number[], z: number, frame: PreparedScene): number => {
    const candidate: Candidate = {
      pose: Float64Array.of(...rotation, 0, 0, z),
      score: 0,
      region: 0,
      verification: null,
    }
    const runner = createLocalRunner(frame, model, { mask: null, seed: 0, generator: 'pairs' })
    return runner.map('refineCoarse', [candidate])[0]?.score ?? NaN
  }
  const withoutPlanes = { ...scene, supportPlanes: [] }

  it('holds a table against a pose that reaches through it', () => {
    // The top of the upright box agrees with the frame, the rest of it is below the table and hidden.
    const upright = multiplyRotations(LEAN, rotationAbout([0, 1, 0], Math.PI / 2))
    const z = WALL - SIZE[2] + SIZE[0] / 2
    expect(scoreOf(upright, z, withoutPlanes) - scoreOf(upright, z, scene)).toBeGreaterThan(0.2)
  })

  it('holds nothing against the pose that stands on it', () => {
    const z = WALL - SIZE[2] / 2
    expect(scoreOf(LEAN, z, scene)).toBe(scoreOf(LEAN, z, withoutPlanes))
    expect(scoreOf(LEAN, z, scene)).toBeGreaterThan(0.5)
  })
})
