import { createRng, multiplyRotations, rotationAbout, type LookupGrid } from '@sextant/geometry'
import { createBracketMesh } from '@sextant/testkit'
import { samplePoints } from '@sextant/mesh'
import { describe, expect, it } from 'vitest'
import { generatePairHypotheses, PAIR_HYPOTHESIS_DEFAULTS } from './generate-pair-hypotheses.ts'
import { generateViewHypotheses } from './generate-view-hypotheses.ts'
import type { OrientedPoints } from './oriented-points.ts'
import { buildPairTable } from './pair-table.ts'
import { createRaceWorkspace } from './race-poses.ts'
import { quickScoreOf } from './quick-score.ts'
import { thinPoses } from './thin-poses.ts'

const cloud = samplePoints(createBracketMesh(), 400, createRng(5))
const model: OrientedPoints = { positions: cloud.positions, normals: cloud.normals, chroma: null }
const DIAMETER = 155
const table = buildPairTable(model, DIAMETER)

/** The model's front half as the scene, under a known pose, and a grid splatted from it. */
function sceneUnder(R: readonly number[], t: readonly number[]): { scene: OrientedPoints; grid: LookupGrid } {
  const dense = samplePoints(createBracketMesh(), 40_000, createRng(6))
  const width = 320
  const height = 240
  const [fx, cx, cy] = [285, 159.5, 119.5]
  const depths = new Float32Array(width * height)
  const normals = new Float32Array(3 * width * height)
  const turn = (v: ArrayLike<number>, i: number) =>
    [0, 3, 6].map((r) => R[r] * v[i] + R[r + 1] * v[i + 1] + R[r + 2] * v[i + 2])
  for (let i = 0; i < dense.positions.length; i += 3) {
    const p = turn(dense.positions, i).map((value, k) => value + t[k])
    const n = turn(dense.normals, i)
    if (n[0] * p[0] + n[1] * p[1] + n[2] * p[2] >= 0) continue
    const o = Math.round((fx * p[1]) / p[2] + cy) * width + Math.round((fx * p[0]) / p[2] + cx)
    if (depths[o] !== 0 && depths[o] <= p[2]) continue
    depths[o] = p[2]
    normals.set(n, 3 * o)
  }
  const seen = [...depths.keys()].filter((o) => depths[o] > 0 && o % 13 === 0)
  const positions = seen.flatMap((o) => {
    const z = depths[o]
    return [(((o % width) - cx) / fx) * z, ((Math.floor(o / width) - cy) / fx) * z, z]
  })
  const scene = {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(seen.flatMap((o) => [...normals.subarray(3 * o, 3 * o + 3)])),
    chroma: null,
  }
  return { scene, grid: { width, height, fx, fy: fx, cx, cy, depths, normals, weights: null } }
}

const ws = createRaceWorkspace()
const options = { ...PAIR_HYPOTHESIS_DEFAULTS, poseBudget: 12_000 }
type Generate = (scene: OrientedPoints, grid: LookupGrid, seed: number) => ReturnType<typeof thinPoses>
const generators: [string, Generate][] = [
  [
    'pairs',
    (scene, grid, seed) => generatePairHypotheses(ws, table, model, scene, grid, 1e-6, options, createRng(seed)),
  ],
  [
    'views',
    (scene, grid, seed) => generateViewHypotheses(ws, model, scene, grid, DIAMETER, 1e-6, options, createRng(seed)),
  ],
]

describe.each(generators)('hypotheses from %s', (_, generate) => {
  it.each([1, 2, 3, 4, 5])('have a pose near the truth among the first 50 (seed %i)', (seed) => {
    const rng = createRng(seed)
    const R = multiplyRotations(
      rotationAbout([rng.normal(), rng.normal(), rng.normal()], 3 * rng.next()),
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
    )
    const t = [20 * rng.normal(), 20 * rng.normal(), 650]
    const { scene, grid } = sceneUnder(R, t)
    const list = generate(scene, grid, seed)
    const near = Array.from({ length: Math.min(50, list.count) }, (_, k) => {
      const pose = list.poses.subarray(12 * k, 12 * k + 12)
      const trace = R.reduce((sum, value, e) => sum + value * pose[e], 0)
      const angle = Math.acos(Math.max(-1, Math.min(1, (trace - 1) / 2)))
      return angle < 0.25 && Math.hypot(pose[9] - t[0], pose[10] - t[1], pose[11] - t[2]) < 0.12 * DIAMETER
    })
    expect(near).toContain(true)
  })

  it('are the same for a seed', () => {
    const { scene, grid } = sceneUnder(rotationAbout([1, 2, 3], 1), [0, 0, 600])
    const first = generate(scene, grid, 9)
    expect(first.count).toBeGreaterThan(10)
    expect([...generate(scene, grid, 9).poses]).toEqual([...first.poses])
  })

  it('are rotations', () => {
    const { scene, grid } = sceneUnder(rotationAbout([1, 2, 3], 1), [0, 0, 600])
    const { poses, count } = generate(scene, grid, 3)
    for (let k = 0; k < count; k++) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = poses.subarray(12 * k, 12 * k + 9)
      expect(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)).toBeCloseTo(1, 4)
    }
  })

  it('are none without points', () => {
    const { grid } = sceneUnder(rotationAbout([1, 2, 3], 1), [0, 0, 600])
    const scene = { positions: new Float32Array(0), normals: new Float32Array(0), chroma: null }
    expect(generate(scene, grid, 1).count).toBe(0)
  })
})

describe('buildPairTable', () => {
  it('refuses a single point', () => {
    const one = { positions: new Float32Array(3), normals: new Float32Array(3), chroma: null }
    expect(() => buildPairTable(one, 10)).toThrow(RangeError)
  })
})

describe('thinPoses', () => {
  it('keeps the best of equal poses and all that differ', () => {
    const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]
    const poses = Float32Array.from([...identity, 0, 0, 500, ...identity, 1, 0, 500, ...identity, 80, 0, 500])
    const kept = thinPoses(poses, Float32Array.from([0.5, 0.9, 0.1]), 3, 10, 0.2, 10)
    expect([...kept.scores].map((s) => Number(s.toFixed(2)))).toEqual([0.9, 0.1])
  })
})

describe('the quick score', () => {
  const R = rotationAbout([0.6, 0, 0.8], 1)
  const t = [20, -10, 800]
  const { grid } = sceneUnder(R, t)
  const scoreOf = (rotation: readonly number[], shift: readonly number[]): number =>
    quickScoreOf([...rotation, ...t.map((value, k) => value + shift[k])], model, grid, 6)

  it('is best for the pose itself and says how far another one is off', () => {
    const right = scoreOf(R, [0, 0, 0])
    const turned = scoreOf(multiplyRotations(rotationAbout([0, 1, 0], 0.1), R), [0, 0, 0])
    const beside = scoreOf(R, [15, 0, 0])
    const nearer = scoreOf(R, [0, 0, -40])
    expect(right).toBeGreaterThan(0.5)
    expect(turned).toBeLessThan(right)
    expect(beside).toBeLessThan(right)
    expect(nearer).toBeLessThan(0)
  })

  it('leaves no trace of one pose in the score of the next', () => {
    const first = scoreOf(R, [0, 0, 0])
    scoreOf(R, [15, 0, 0])
    expect(scoreOf(R, [0, 0, 0])).toBe(first)
  })
})
