import {
  compose,
  createRng,
  rotationFromVector,
  transformFrom,
  type CameraFromObject,
  type TriangleMesh,
} from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { averageRecallMspd, averageRecallMssd } from './average-recall.ts'
import { matchInstances } from './match-instances.ts'
import { metricPointsOf } from './metric-points.ts'
import { addOf, addSOf, mspdOf, mssdOf, poseErrors } from './pose-errors.ts'
import { symmetriesOf, type ModelInfo } from './symmetries.ts'

const camera = { fx: 600, fy: 600, cx: 320, cy: 240, width: 640, height: 480 }
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** Cylinder of radius 30 and height 100 about z. */
function cylinder(segments: number): TriangleMesh {
  const positions: number[] = []
  const faces: number[] = []
  for (let k = 0; k < segments; k++) {
    const angle = (2 * Math.PI * k) / segments
    for (const z of [-50, 50]) positions.push(30 * Math.cos(angle), 30 * Math.sin(angle), z)
    const next = (k + 1) % segments
    faces.push(2 * k, 2 * next, 2 * k + 1, 2 * next, 2 * next + 1, 2 * k + 1)
  }
  return { positions: Float32Array.from(positions), faces: Uint32Array.from(faces) }
}

const turning: ModelInfo = {
  diameter: Math.hypot(100, 60),
  discrete: [[1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1]],
  continuous: [{ axis: [0, 0, 1], offset: [0, 0, 0] }],
}
const rigid: ModelInfo = { diameter: turning.diameter, discrete: [], continuous: [] }
const points = metricPointsOf(cylinder(90))
const truth = transformFrom<'camera', 'object'>(rotationFromVector([0.3, -1, 0.5]), [20, -10, 800])

describe('poseErrors', () => {
  it('is zero for the truth, with and without symmetries', () => {
    for (const info of [rigid, turning]) {
      const errors = poseErrors(truth, truth, points, symmetriesOf(info), camera)
      expect(errors).toEqual({ mssd: 0, mspd: 0, add: 0 })
    }
  })

  it('measures a pure shift exactly', () => {
    const shifted = transformFrom<'camera', 'object'>(rotationFromVector([0.3, -1, 0.5]), [20, -7, 804])
    expect(mssdOf(shifted, truth, points.extreme, symmetriesOf(rigid))).toBeCloseTo(5, 9)
    expect(addOf(shifted, truth, points.spread)).toBeCloseTo(5, 9)
    expect(addSOf(shifted, truth, points.spread)).toBeLessThanOrEqual(5)
  })

  it('forgives listed symmetries and nothing else', () => {
    const rng = createRng(11)
    for (let n = 0; n < 5; n++) {
      const turn = transformFrom<'object', 'object'>(rotationFromVector([0, 0, 6 * rng.next()]), [0, 0, 0])
      const flip = transformFrom<'object', 'object'>([1, 0, 0, 0, -1, 0, 0, 0, -1], [0, 0, 0])
      const turned: CameraFromObject = compose(compose(truth, flip), turn)
      // Half a step of the discretised turn: 30 mm * pi / 315.
      expect(mssdOf(turned, truth, points.extreme, symmetriesOf(turning))).toBeLessThan(0.31)
      expect(mspdOf(turned, truth, points.extreme, symmetriesOf(turning), camera)).toBeLessThan(0.3)
      expect(mssdOf(turned, truth, points.extreme, symmetriesOf(rigid))).toBeGreaterThan(50)
    }
  })

  it('projects a sideways shift to f / z pixels', () => {
    const flat = metricPointsOf({
      positions: Float32Array.from([-10, -10, 0, 10, -10, 0, 0, 10, 0]),
      faces: Uint32Array.from([0, 1, 2]),
    })
    const a = transformFrom<'camera', 'object'>(IDENTITY, [0, 0, 600])
    const b = transformFrom<'camera', 'object'>(IDENTITY, [4, 0, 600])
    expect(mspdOf(b, a, flat.extreme, symmetriesOf(rigid), camera)).toBeCloseTo(4, 9)
  })

  it('is infinite in the image when the answer lies behind the camera', () => {
    const behind = transformFrom<'camera', 'object'>(IDENTITY, [0, 0, -500])
    expect(mspdOf(behind, truth, points.extreme, symmetriesOf(rigid), camera)).toBe(Infinity)
  })
})

describe('metricPointsOf', () => {
  it('keeps the maximum of a large mesh within 0.1 % of its diameter', () => {
    const large = cylinder(3000)
    const few = metricPointsOf(large)
    expect(few.extreme.length).toBeLessThanOrEqual(2000)
    expect(few.spread).toHaveLength(2000)
    const all: [number, number, number][] = []
    for (let i = 0; i < large.positions.length; i += 3) {
      all.push([large.positions[i], large.positions[i + 1], large.positions[i + 2]])
    }
    const other = transformFrom<'camera', 'object'>(rotationFromVector([0.5, -0.8, 0.5]), [25, -12, 790])
    const exact = mssdOf(other, truth, all, symmetriesOf(rigid))
    const approximate = mssdOf(other, truth, few.extreme, symmetriesOf(rigid))
    expect(approximate).toBeLessThanOrEqual(exact)
    expect(exact - approximate).toBeLessThan(turning.diameter / 1000)
  })
})

describe('average recall', () => {
  it('counts thresholds strictly', () => {
    const at = (mssdPerDiameter: number, mspd: number) => ({ mssdPerDiameter, mspd, imageWidth: 640 })
    expect(averageRecallMssd([at(0, 0)])).toBe(1)
    expect(averageRecallMssd([at(0.05, 0)])).toBeCloseTo(0.9, 12)
    expect(averageRecallMssd([at(0.26, 0), at(Infinity, Infinity)])).toBeCloseTo(0.25, 12)
    expect(averageRecallMspd([at(0, 22)])).toBeCloseTo(0.6, 12)
    expect(averageRecallMspd([{ mssdPerDiameter: 0, mspd: 44, imageWidth: 1280 }])).toBeCloseTo(0.6, 12)
  })

  it('matches each answer once, the closest pair first', () => {
    expect(
      matchInstances([
        [1, 5],
        [0.5, 9],
        [7, 7],
      ]),
    ).toEqual([1, 0, null])
    expect(matchInstances([[], []])).toEqual([null, null])
  })
})
