import { createTrace, type Detection } from '@sextant/contracts'
import {
  multiplyRotations,
  rotationAbout,
  rotationOf,
  transformFrom,
  translationOf,
  type Frame,
} from '@sextant/geometry'
import { encodeRle, rleArea } from '@sextant/image'
import { checkRotation, createBoxMesh, createBracketMesh, renderTableFrame } from '@sextant/testkit'
import { describe, expect, it } from 'vitest'
import { grayOf } from './chroma.ts'
import { estimateObject } from './estimate-object.ts'
import { POSE_DEFAULTS, type CadColors } from './options.ts'
import { prepareModel } from './prepare-model.ts'
import { prepareScene } from './prepare-scene.ts'

const mesh = createBracketMesh()
const model = prepareModel(mesh)
const env = () => ({ trace: createTrace(() => 0) })

const TILTED = multiplyRotations(rotationAbout([1, 0, 0], 2.2), rotationAbout([0, 0, 1], 0.6))
const TRUTH = transformFrom<'camera', 'object'>(TILTED, [25, -15, 700])
const frame = renderTableFrame({ objects: [{ mesh, cameraFromObject: TRUTH }] })
const scene = prepareScene(frame)

function errorOf(estimate: Float64Array, truth: Float64Array): { mm: number; radians: number } {
  const [a, b] = [rotationOf(estimate), rotationOf(truth)]
  const trace = a.reduce((sum, value, k) => sum + value * b[k], 0)
  const [s, t] = [translationOf(estimate), translationOf(truth)]
  return { mm: Math.hypot(s[0] - t[0], s[1] - t[1], s[2] - t[2]), radians: Math.acos(Math.min(1, (trace - 1) / 2)) }
}

function withDepth(depth: Float32Array): Frame {
  return { ...frame, depth: { ...frame.depth, data: depth } }
}

describe('estimateObject', () => {
  it('finds the object in the whole scene', () => {
    const outcome = estimateObject(scene, model, null, POSE_DEFAULTS, env())
    expect(outcome.status).toBe('estimated')
    const [pose] = outcome.poses
    checkRotation(rotationOf(pose.cameraFromObject), 1e-6)
    const error = errorOf(pose.cameraFromObject, TRUTH)
    expect(error.mm).toBeLessThan(1.5)
    expect(error.radians).toBeLessThan(0.02)
    expect(rleArea(pose.mask)).toBeGreaterThan(3000)
    expect(pose.parts.inlierFraction).toBeGreaterThan(0.8)
  })

  it('finds it inside a trusted mask that also covers the wall', () => {
    const data = new Uint8Array(640 * 480)
    for (let y = 120; y < 360; y++) data.fill(1, y * 640 + 200, y * 640 + 480)
    const mask = encodeRle({ width: 640, height: 480, data })
    const detection: Detection = { mask, box: { x0: 200, y0: 120, x1: 480, y1: 360 }, score: 1, source: 'user' }
    const outcome = estimateObject(scene, model, [detection], { ...POSE_DEFAULTS, scoreThreshold: 0 }, env())
    expect(errorOf(outcome.poses[0].cameraFromObject, TRUTH).mm).toBeLessThan(2)
    expect(outcome.poses[0].detectionIndex).toBe(0)
  })

  it('answers the same bytes for the same seed', () => {
    const run = () => JSON.stringify(estimateObject(scene, model, null, { ...POSE_DEFAULTS, preset: 'fast' }, env()))
    expect(run()).toBe(run())
  })

  it('takes a CAD of another paint for one without colours when it is told to ignore them', () => {
    const colors = Uint8Array.from(mesh.positions, (value, i) => (value > 0 ? 250 : 20 + 60 * (i % 3)))
    const repainted = prepareModel({ ...mesh, colors })
    expect(repainted.usesColor).toBe(true)
    const ask = (cad: typeof model, cadColors: CadColors) =>
      estimateObject(scene, cad, null, { ...POSE_DEFAULTS, cadColors, scoreThreshold: 0 }, env())
    const [misled] = ask(repainted, 'trusted').poses
    const ignored = ask(repainted, 'ignored')
    expect(ignored).toEqual(ask(prepareModel({ positions: mesh.positions, faces: mesh.faces }), 'trusted'))
    expect(errorOf(ignored.poses[0].cameraFromObject, TRUTH).mm).toBeLessThan(1.5)
    expect(misled.parts.colorAgreement).not.toBeNull()
    expect(ignored.poses[0].score).toBeGreaterThan(misled.score)
  })

  it('compares brightness with a monochrome picture, and colours with none', () => {
    const colors = Uint8Array.from(mesh.positions, (value, i) => (value > 0 ? 220 : 40 + 60 * (i % 3)))
    const painted = { ...mesh, colors }
    const seen = renderTableFrame({ objects: [{ mesh: painted, cameraFromObject: TRUTH }] })
    const cad = prepareModel(painted)
    const ask = (picture: Uint8Array) =>
      estimateObject(
        prepareScene({ ...seen, color: { ...seen.color, data: picture } }),
        ...([cad, null, { ...POSE_DEFAULTS, scoreThreshold: 0 }, env()] as const),
      ).poses[0]
    const inColor = ask(seen.color.data)
    const inGray = ask(grayOf(seen.color.data))
    const blank = ask(new Uint8Array(seen.color.data.length))
    for (const { cameraFromObject } of [inColor, inGray, blank]) {
      expect(errorOf(cameraFromObject, TRUTH).mm).toBeLessThan(1.5)
    }
    expect(inColor.parts.chromaDifference).not.toBeNull()
    expect(inGray.parts.chromaDifference).toBeNull()
    expect(inGray.parts.colorAgreement).toBeCloseTo(inColor.parts.colorAgreement ?? NaN, 1)
    expect(inGray.score).toBeGreaterThan(0.9)
    expect(blank.parts.colorAgreement).toBeNull()
  })

  it('follows a change of the CAD frame', () => {
    const shift = transformFrom<'object', 'object'>(rotationAbout([1, 1, 0], 0.9), [40, -70, 25])
    const positions = new Float32Array(mesh.positions.length)
    for (let i = 0; i < positions.length; i += 3) {
      for (let r = 0; r < 3; r++) {
        positions[i + r] =
          shift[4 * r] * mesh.positions[i] +
          shift[4 * r + 1] * mesh.positions[i + 1] +
          shift[4 * r + 2] * mesh.positions[i + 2] +
          shift[4 * r + 3]
      }
    }
    const outcome = estimateObject(scene, prepareModel({ ...mesh, positions }), null, POSE_DEFAULTS, env())
    const [pose] = outcome.poses
    // The moved CAD at `pose` must lie where the original lies at TRUTH: compare a point far from the origin.
    const p = [55, 30, -26]
    const q = [0, 4, 8].map((r) => shift[r] * p[0] + shift[r + 1] * p[1] + shift[r + 2] * p[2] + shift[r + 3])
    const at = (T: Float64Array, v: readonly number[]) =>
      [0, 4, 8].map((r) => T[r] * v[0] + T[r + 1] * v[1] + T[r + 2] * v[2] + T[r + 3])
    const [a, b] = [at(pose.cameraFromObject, q), at(TRUTH, p)]
    expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(2.5)
  })

  it('finds two instances in one call', () => {
    const second = transformFrom<'camera', 'object'>(rotationAbout([1, 0, 0], -2), [-150, 60, 740])
    const objects = [
      { mesh, cameraFromObject: TRUTH },
      { mesh, cameraFromObject: second },
    ]
    const both = prepareScene(renderTableFrame({ objects }))
    const outcome = estimateObject(both, model, null, { ...POSE_DEFAULTS, maxInstances: 2 }, env())
    expect(outcome.poses).toHaveLength(2)
    for (const truth of [TRUTH, second]) {
      expect(Math.min(...outcome.poses.map((pose) => errorOf(pose.cameraFromObject, truth).mm))).toBeLessThan(2)
    }
  })

  it('finds slender things side by side, nearer to each other than they are long', () => {
    const bar = createBoxMesh([-80, -14, -10], [80, 14, 10], [40, 90, 170])
    const turn = multiplyRotations(rotationAbout([1, 0, 0], 2.9), rotationAbout([0, 0, 1], 0.3))
    const along = [0, 3, 6].map((r) => 34 * turn[r + 1])
    const truths = [0, 1, 2].map((k) =>
      transformFrom<'camera', 'object'>(turn, [k * along[0], k * along[1], 700 + k * along[2]]),
    )
    const bars = prepareScene(
      renderTableFrame({ objects: truths.map((cameraFromObject) => ({ mesh: bar, cameraFromObject })) }),
    )
    const outcome = estimateObject(bars, prepareModel(bar), null, { ...POSE_DEFAULTS, maxInstances: 5 }, env())
    expect(outcome.poses).toHaveLength(3)
    for (const truth of truths) {
      expect(Math.min(...outcome.poses.map((pose) => errorOf(pose.cameraFromObject, truth).mm))).toBeLessThan(3)
    }
  })

  it('does not answer when the object is absent', () => {
    const box = createBoxMesh([-40, -40, -20], [40, 40, 20], [40, 90, 170])
    const other = prepareScene(renderTableFrame({ objects: [{ mesh: box, cameraFromObject: TRUTH }] }))
    const outcome = estimateObject(other, model, null, POSE_DEFAULTS, env())
    expect(outcome.poses).toEqual([])
    expect(outcome.reason).not.toBeNull()
  })

  it.each([
    { name: 'no depth', depth: new Float32Array(640 * 480), reason: 'no_depth' },
    { name: 'NaN', depth: new Float32Array(640 * 480).fill(Number.NaN), reason: 'no_depth' },
    { name: 'one plane', depth: new Float32Array(640 * 480).fill(800), reason: 'no_candidates' },
  ])('says why on $name', ({ depth, reason }) => {
    const outcome = estimateObject(prepareScene(withDepth(depth)), model, null, POSE_DEFAULTS, env())
    expect(outcome.poses).toEqual([])
    expect(outcome.reason).toBe(reason)
  })
})

describe('prepareModel', () => {
  it('does not depend on the winding of the faces', () => {
    const faces = mesh.faces.map((_, i) => mesh.faces[i % 3 === 0 ? i : i % 3 === 1 ? i + 1 : i - 1])
    const flipped = prepareModel({ ...mesh, faces })
    const outcome = estimateObject(scene, flipped, null, POSE_DEFAULTS, env())
    expect(errorOf(outcome.poses[0].cameraFromObject, TRUTH).mm).toBeLessThan(1.5)
  })

  it('finds the turns of a square box and no more', () => {
    const box = prepareModel(createBoxMesh([-40, -40, -70], [40, 40, 70]))
    // The rotations of a square prism without the identity.
    expect(box.nearSymmetries).toHaveLength(7)
    expect(model.nearSymmetries).toHaveLength(0)
  })
})
