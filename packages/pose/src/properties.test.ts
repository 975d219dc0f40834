import { createTrace } from '@sextant/contracts'
import {
  createRng,
  multiplyRotations,
  rotationAbout,
  rotationOf,
  transformFrom,
  translationOf,
  type CameraFromObject,
  type Frame,
  type TriangleMesh,
} from '@sextant/geometry'
import { createBoxMesh, createBracketMesh, createMugMesh, renderTableFrame } from '@sextant/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimateObject } from './estimate-object.ts'
import { POSE_DEFAULTS, type PoseOptions } from './options.ts'
import { prepareModel } from './prepare-model.ts'
import { prepareScene } from './prepare-scene.ts'

const bracket = createBracketMesh()
const model = prepareModel(bracket)
const UPRIGHT = multiplyRotations(rotationAbout([1, 0, 0], 2.2), rotationAbout([0, 0, 1], 0.6))

const frameOf = (mesh: TriangleMesh, pose: CameraFromObject): Frame =>
  renderTableFrame({ objects: [{ mesh, cameraFromObject: pose }] })
const search = (frame: Frame, of = model, options: Partial<PoseOptions> = {}) =>
  estimateObject(prepareScene(frame), of, null, { ...POSE_DEFAULTS, ...options }, { trace: createTrace(() => 0) })

function distance(a: CameraFromObject, b: CameraFromObject): { mm: number; degrees: number } {
  const [s, t] = [translationOf(a), translationOf(b)]
  const trace = rotationOf(a).reduce((sum, value, k) => sum + value * rotationOf(b)[k], 0)
  return {
    mm: Math.hypot(s[0] - t[0], s[1] - t[1], s[2] - t[2]),
    degrees: (Math.acos(Math.min(1, (trace - 1) / 2)) * 180) / Math.PI,
  }
}

/** A closed cylinder about z. */
function createCylinder(radius: number, height: number): TriangleMesh {
  const sides = 48
  const positions: number[] = [0, 0, -height / 2, 0, 0, height / 2]
  const faces: number[] = []
  for (let k = 0; k < sides; k++) {
    const angle = (2 * Math.PI * k) / sides
    for (const z of [-height / 2, height / 2]) positions.push(radius * Math.cos(angle), radius * Math.sin(angle), z)
    const [a, b] = [2 + 2 * k, 2 + 2 * ((k + 1) % sides)]
    faces.push(a, b, a + 1, b, b + 1, a + 1, 0, b, a, 1, a + 1, b + 1)
  }
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
}

describe('the answer', () => {
  it('moves with the object', () => {
    fc.assert(
      fc.property(
        fc.record({
          turn: fc.double({ min: -3, max: 3, noNaN: true }),
          tilt: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
          x: fc.double({ min: -90, max: 90, noNaN: true }),
          y: fc.double({ min: -60, max: 60, noNaN: true }),
          z: fc.double({ min: 620, max: 760, noNaN: true }),
        }),
        ({ turn, tilt, x, y, z }) => {
          const R = multiplyRotations(
            multiplyRotations(rotationAbout([0, 1, 0], tilt), UPRIGHT),
            rotationAbout([0, 0, 1], turn),
          )
          const truth = transformFrom<'camera', 'object'>(R, [x, y, z])
          const [pose] = search(frameOf(bracket, truth)).poses
          const error = distance(pose.cameraFromObject, truth)
          expect(error.mm).toBeLessThan(2)
          expect(error.degrees).toBeLessThan(2)
        },
      ),
      { numRuns: 6, seed: 11 },
    )
  })

  it('does not depend on the order of the triangles', () => {
    const rng = createRng(9)
    const order = Array.from({ length: bracket.faces.length / 3 }, (_, k) => ({ k, key: rng.next() }))
    order.sort((a, b) => a.key - b.key)
    const faces = Uint32Array.from(order.flatMap(({ k }) => [...bracket.faces.subarray(3 * k, 3 * k + 3)]))
    const truth = transformFrom<'camera', 'object'>(UPRIGHT, [25, -15, 700])
    const [pose] = search(frameOf(bracket, truth), prepareModel({ ...bracket, faces })).poses
    expect(distance(pose.cameraFromObject, truth).mm).toBeLessThan(1.5)
  })

  it('refuses the mirror image', () => {
    const positions = bracket.positions.map((value, i) => (i % 3 === 0 ? -value : value))
    const truth = transformFrom<'camera', 'object'>(UPRIGHT, [25, -15, 700])
    const frame = frameOf(bracket, truth)
    const [own] = search(frame).poses
    const mirrored = search(frame, prepareModel({ ...bracket, positions }), { scoreThreshold: 0 })
    const verification = mirrored.poses[0]?.parts.verification ?? -1
    expect(verification).toBeLessThan(own.parts.verification - 0.25)
  })

  it('says which turn the frame leaves open, and how sure it is of the rest', () => {
    const can = createCylinder(33, 100)
    const lying = multiplyRotations(rotationAbout([1, 0, 0], 1.1), rotationAbout([0, 0, 1], 0.3))
    const [pose] = search(frameOf(can, transformFrom<'camera', 'object'>(lying, [10, 5, 700])), prepareModel(can)).poses
    expect(pose.uncertainty.unobservable).toEqual(["rotation about the object's z axis"])
    expect(pose.uncertainty.translationSigmaMm).toBeLessThan(2)

    const [fixed] = search(frameOf(bracket, transformFrom<'camera', 'object'>(UPRIGHT, [25, -15, 700]))).poses
    expect(fixed.uncertainty.unobservable).toEqual([])
    expect(fixed.uncertainty.rotationSigmaDegrees).toBeLessThan(2)
    const { covariance } = fixed.uncertainty
    for (let r = 0; r < 6; r++) {
      expect(covariance[7 * r]).toBeGreaterThan(0)
      for (let c = 0; c < r; c++) expect(covariance[6 * r + c]).toBeCloseTo(covariance[6 * c + r], 9)
    }
  })

  it('says that the turn of a mug is open where the body hides its handle, and knows it where not', () => {
    const mug = createMugMesh()
    const prepared = prepareModel(mug)
    const tilted = rotationAbout([1, 0, 0], Math.PI / 2 + 0.4)
    const poseOf = (turn: number) => {
      const rotation = multiplyRotations(tilted, rotationAbout([0, 0, 1], turn))
      return search(frameOf(mug, transformFrom<'camera', 'object'>(rotation, [0, 0, 600])), prepared).poses[0]
    }
    const [seen, hidden] = [poseOf(0), poseOf(Math.PI / 2)].map((pose) => pose.uncertainty)
    expect(seen.unobservable).toEqual([])
    expect(seen.rotationSigmaDegrees).toBeLessThan(3)
    expect(hidden.unobservable).toEqual(["rotation about the object's z axis"])
    expect(hidden.rotationSigmaDegrees).toBeGreaterThan(90)
  })

  it('knows by its outline where a box ends that is seen on two faces', () => {
    const box = createBoxMesh([-60, -40, -45], [60, 40, 45], [210, 60, 40])
    // The edge between the two faces runs across the picture; the box could slide along it.
    const truth = transformFrom<'camera', 'object'>(rotationAbout([1, 0, 0], Math.PI / 4), [5, -5, 700])
    const [pose] = search(frameOf(box, truth), prepareModel(box)).poses
    const error = Math.abs(translationOf(pose.cameraFromObject)[0] - translationOf(truth)[0])
    expect(pose.uncertainty.unobservable).toEqual([])
    expect(pose.uncertainty.translationSigmaMm).toBeLessThan(3)
    expect(error).toBeLessThan(3 * pose.uncertainty.translationSigmaMm)
  })

  it('reads the depth offset off the outline', () => {
    const box = createBoxMesh([-60, -40, -45], [60, 40, 45], [210, 60, 40])
    const truth = transformFrom<'camera', 'object'>(UPRIGHT, [5, -5, 700])
    const frame = frameOf(box, truth)
    for (const offset of [0, 9]) {
      const depth = { ...frame.depth, data: frame.depth.data.map((z) => (z > 0 ? z + offset : 0)) }
      const [pose] = search({ ...frame, depth }, prepareModel(box)).poses
      expect(pose.depthOffset).not.toBeNull()
      const { mm = Number.NaN, sigmaMm = Number.NaN } = pose.depthOffset ?? {}
      expect(sigmaMm).toBeLessThan(3)
      expect(Math.abs(mm - offset)).toBeLessThan(Math.max(2.5, 3 * sigmaMm))
    }
  })
})

describe('a time budget', () => {
  const truth = transformFrom<'camera', 'object'>(UPRIGHT, [25, -15, 700])
  const scene = prepareScene(frameOf(bracket, truth))
  /** A clock that advances by `step` ms at every look. */
  const run = (timeBudgetMs: number | null, step: number) => {
    let time = 0
    const env = { trace: createTrace(() => 0), now: () => (time += step) }
    return estimateObject(scene, model, null, { ...POSE_DEFAULTS, timeBudgetMs }, env)
  }

  it('changes nothing when it is ample', () => {
    expect(JSON.stringify(run(1e9, 1))).toBe(JSON.stringify(run(null, 1)))
  })

  it('still gives the best of what was looked at when it is short', () => {
    const outcome = run(400, 1)
    expect(distance(outcome.poses[0].cameraFromObject, truth).mm).toBeLessThan(5)
  })

  it('says so when it was too short to find anything', () => {
    const outcome = run(1, 1000)
    if (outcome.poses.length === 0) expect(outcome.reason).toBe('deadline_exceeded')
    expect(outcome.poses.length + (outcome.bestRejected === null ? 0 : 1)).toBeGreaterThan(0)
  })
})
