import { createRng, multiplyRotations, rotationAbout, transformFrom } from '@sextant/geometry'
import { estimateSurface } from '@sextant/surface'
import { checkRotation, createBracketMesh, renderTableFrame } from '@sextant/testkit'
import { samplePoints } from '@sextant/mesh'
import { describe, expect, it } from 'vitest'
import { createIcpWorkspace, FINE_ICP, refinePoseInto } from './refine-pose.ts'

const TRUE_ROTATION = multiplyRotations(rotationAbout([1, 0, 0], 2.2), rotationAbout([0, 0, 1], 0.6))
const TRUE_TRANSLATION = [15, -10, 720]

function gridOf(noise: number) {
  const mesh = createBracketMesh()
  const frame = renderTableFrame({
    objects: [{ mesh, cameraFromObject: transformFrom(TRUE_ROTATION, TRUE_TRANSLATION) }],
    noise,
  })
  const surface = estimateSurface(frame.depth, frame.camera)
  const points = samplePoints(mesh, 3000, createRng(3))
  return { points, grid: { ...surface, ...surface.camera, weights: null } }
}

describe('refinePoseInto', () => {
  const { points, grid } = gridOf(1e-6)
  const options = { ...FINE_ICP, iterations: 25, gateStart: 18, gateEnd: 4 }

  it.each([
    { angle: 0.1, shift: 6, seed: 1 },
    { angle: 0.15, shift: 4, seed: 2 },
    { angle: 0.05, shift: 9, seed: 3 },
    { angle: 0.12, shift: 5, seed: 4 },
  ])('returns from $angle rad and $shift mm (seed $seed)', ({ angle, shift, seed }) => {
    const rng = createRng(seed)
    const axis = [rng.normal(), rng.normal(), rng.normal()]
    const pose = new Float64Array(12)
    pose.set(multiplyRotations(rotationAbout(axis, angle), TRUE_ROTATION))
    TRUE_TRANSLATION.forEach((value, k) => (pose[9 + k] = value + (shift * rng.normal()) / 2))
    const result = refinePoseInto(createIcpWorkspace(), pose, points.positions, points.normals, null, grid, options)
    expect(result.reason).toBeNull()
    checkRotation(pose.subarray(0, 9), 1e-6)
    const distance = Math.hypot(...TRUE_TRANSLATION.map((value, k) => pose[9 + k] - value))
    expect(distance).toBeLessThan(1)
    const trace = TRUE_ROTATION.reduce((sum, value, k) => sum + value * pose[k], 0)
    expect(Math.acos(Math.min(1, (trace - 1) / 2))).toBeLessThan(0.012)
  })

  it('says when nothing is near', () => {
    const pose = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 200])
    const result = refinePoseInto(createIcpWorkspace(), pose, points.positions, points.normals, null, grid, options)
    expect(result.reason).toBe('too_few_points')
    expect([...pose.subarray(9)]).toEqual([0, 0, 200])
  })
})
