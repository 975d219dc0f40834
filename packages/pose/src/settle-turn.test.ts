import { multiplyRotations, rotationAbout, transformFrom } from '@sextant/geometry'
import { createMugMesh, renderTableFrame } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import type { Candidate } from './pose-pool.ts'
import { prepareModel } from './prepare-model.ts'
import { prepareScene } from './prepare-scene.ts'
import { settleTurn } from './settle-turn.ts'

const mesh = createMugMesh()
const model = prepareModel(mesh)
/** The mug stands upright in the image, its handle to the right, */
const ASIDE = rotationAbout([1, 0, 0], Math.PI / 2)
/** or behind it. */
const BEHIND = multiplyRotations(ASIDE, rotationAbout([0, 0, 1], -Math.PI / 2))

function frameOf(rotation: readonly number[]) {
  return renderTableFrame({
    objects: [{ mesh, cameraFromObject: transformFrom<'camera', 'object'>(rotation, [0, 0, 600]) }],
  })
}

const sceneOf = (rotation: readonly number[]) => prepareScene(frameOf(rotation))

/** The handle to the right is seen in colour, but no depth is measured where it stands before the background. */
function sceneOfDepthlessHandle() {
  const frame = frameOf(ASIDE)
  const without = frameOf(BEHIND).depth.data
  const data = frame.depth.data.map((z, o) => (z > 0 && z < without[o] - 20 ? 0 : z))
  return prepareScene({ ...frame, depth: { ...frame.depth, data } })
}

function candidateOf(rotation: readonly number[], score: number): Candidate {
  const offset = [0, 1, 2].map((r) => [0, 1, 2].reduce((sum, c) => sum + rotation[3 * r + c] * model.center[c], 0))
  const pose = Float64Array.of(...rotation, offset[0], offset[1], 600 + offset[2])
  return { pose, score, region: 0, verification: null }
}

describe('settleTurn', () => {
  it('is for things that turn about an axis but for something small', () => {
    expect(model.freeAxes.map(({ isExact }) => isExact)).toEqual([false])
  })

  it('prefers the turn whose handle is seen to a better score that hides it', () => {
    const aside = candidateOf(ASIDE, 1)
    const ranked = [candidateOf(BEHIND, 1.1), aside]
    expect(settleTurn(sceneOf(ASIDE), model, ranked, ranked[0])).toEqual({ candidate: aside, isTurnOpen: false })
  })

  it('sees a handle without depth by its colour', () => {
    const ranked = [candidateOf(BEHIND, 1.1), candidateOf(ASIDE, 1)]
    expect(settleTurn(sceneOfDepthlessHandle(), model, ranked, ranked[0]).candidate).toBe(ranked[1])
  })

  it('leaves the handle behind where none is seen', () => {
    const ranked = [candidateOf(BEHIND, 1.1), candidateOf(ASIDE, 1)]
    expect(settleTurn(sceneOf(BEHIND), model, ranked, ranked[0])).toEqual({ candidate: ranked[0], isTurnOpen: false })
  })

  it('leaves the turn open where another hides the handle as well', () => {
    const turned = candidateOf(multiplyRotations(BEHIND, rotationAbout([0, 0, 1], 0.45)), 1)
    const ranked = [candidateOf(BEHIND, 1.1), candidateOf(ASIDE, 1), turned]
    expect(settleTurn(sceneOf(BEHIND), model, ranked, ranked[0])).toEqual({ candidate: ranked[0], isTurnOpen: true })
  })

  it('does not overrule a score that is much better', () => {
    const ranked = [candidateOf(BEHIND, 1.3), candidateOf(ASIDE, 1)]
    expect(settleTurn(sceneOf(ASIDE), model, ranked, ranked[0])).toEqual({ candidate: ranked[0], isTurnOpen: false })
  })
})
