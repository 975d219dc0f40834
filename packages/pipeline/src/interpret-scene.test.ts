import type { PoseEstimate } from '@sextant/contracts'
import { describe, expect, it } from 'vitest'
import { interpretScene, type SceneClaims } from './interpret-scene.ts'
import { areaOf, rleOfRuns, runsOf, sharedArea } from './pixel-runs.ts'

const SIZE = [100, 100] as const

/** A pose that explains the pixels from `start` to `end`. */
const pose = (score: number, start: number, end: number): PoseEstimate =>
  ({ score, mask: rleOfRuns([start, end], SIZE) }) as unknown as PoseEstimate

const claims = (...poses: PoseEstimate[]): SceneClaims => ({
  status: 'estimated',
  reason: null,
  poses,
  bestRejected: null,
})
const limits = { maxInstances: 1, scoreThreshold: 0.25 }

describe('interpretScene', () => {
  it('leaves one object alone as it is', () => {
    const [a] = interpretScene([claims(pose(0.9, 0, 100), pose(0.3, 300, 400))], { ...limits, maxInstances: 2 })
    expect(a).toMatchObject({ status: 'estimated', explainedBy: null })
    expect(a?.poses.map(({ score }) => score)).toEqual([expect.closeTo(0.9), expect.closeTo(0.3)])
  })

  it('leaves objects on different pixels to their own places; each raises the other a little', () => {
    const [a, b] = interpretScene([claims(pose(0.9, 0, 100)), claims(pose(0.6, 500, 700))], limits)
    expect(a).toMatchObject({ status: 'estimated', explainedBy: null })
    expect(a?.poses[0]?.score).toBeCloseTo(0.92, 2)
    expect(b?.poses[0]?.score).toBeCloseTo(0.7, 2)
  })

  it('believes a doubtful object more where the others are there, and as before where nothing is', () => {
    const doubtful = claims(pose(0.2, 9000, 9500))
    const scoreAmong = (score: number): number => {
      const others = Array.from({ length: 12 }, (_, i) => claims(pose(score, 500 * i, 500 * i + 300)))
      const last = interpretScene([...others, doubtful], { maxInstances: 1, scoreThreshold: 0 }).at(-1)
      return last?.poses[0]?.score ?? 0
    }
    // prior of 12 that are there: (12 + 0.4 · 4) / 16 = 0.85, 8.5 times the odds of 0.4
    expect(scoreAmong(0.995)).toBeCloseTo(0.68, 2)
    expect(scoreAmong(0.4)).toBeCloseTo(0.2, 6)
    expect(scoreAmong(0.01)).toBeCloseTo(0.2, 6)
  })

  it('does not hold a refused search for an absent object', () => {
    const refused: SceneClaims = { status: 'not_found', reason: null, poses: [], bestRejected: null }
    const two = [claims(pose(0.9, 0, 100)), claims(pose(0.9, 500, 600))]
    const scores = (all: readonly SceneClaims[]) => interpretScene(all, limits)[0]?.poses[0]?.score
    expect(scores([...two, refused, refused])).toBe(scores(two))
  })

  it('gives contested pixels to the more probable object and says so to the other', () => {
    const [small, large] = interpretScene([claims(pose(0.5, 0, 100)), claims(pose(0.95, 10, 120))], limits)
    expect(large?.status).toBe('estimated')
    // odds 19 against none and 1, which the other one's being there raises to 1.48
    expect(large?.poses[0]?.score).toBeCloseTo(19 / 21.48, 3)
    expect(small).toMatchObject({ status: 'rejected', reason: 'explained_by_other', explainedBy: 1 })
    expect(small?.bestRejected?.score).toBe(0.5)
  })

  it('believes an object at its second best place when the best is taken', () => {
    const [cracker, sugar] = interpretScene(
      [claims(pose(0.97, 0, 100)), claims(pose(0.8, 0, 90), pose(0.7, 300, 400))],
      limits,
    )
    expect(cracker?.status).toBe('estimated')
    expect(sugar?.status).toBe('estimated')
    expect(runsOf(sugar?.poses[0]?.mask ?? { size: SIZE, counts: [] })).toEqual([300, 400])
  })

  it('does not hold against an object what another one claims that is found elsewhere', () => {
    const [found, other] = interpretScene(
      [claims(pose(0.97, 300, 400), pose(0.6, 0, 100)), claims(pose(0.5, 0, 100))],
      limits,
    )
    expect(found?.poses).toHaveLength(1)
    expect(found?.explainedBy).toBe(1)
    // odds 1 against none, not against 1.5 as well
    expect(other?.poses[0]?.score).toBeGreaterThan(0.45)
  })

  it('believes neither of two that fit alike when the threshold asks for more than half', () => {
    const alike = [claims(pose(0.9, 0, 100)), claims(pose(0.9, 0, 100))]
    expect(interpretScene(alike, { maxInstances: 1, scoreThreshold: 0.5 }).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ])
    const lenient = interpretScene(alike, limits)
    expect(lenient.filter(({ status }) => status === 'estimated')).toHaveLength(1)
  })

  it('explains every pixel at most once', () => {
    // 20 of 100 pixels shared: no competition, but the pixels go to one
    const [a, b] = interpretScene([claims(pose(0.9, 0, 100)), claims(pose(0.8, 80, 180))], limits)
    const [x, y] = [
      runsOf(a?.poses[0]?.mask ?? { size: SIZE, counts: [] }),
      runsOf(b?.poses[0]?.mask ?? { size: SIZE, counts: [] }),
    ]
    expect(sharedArea(x, y)).toBe(0)
    expect(areaOf(x) + areaOf(y)).toBe(180)
  })

  it('keeps to the number of instances; poses of one object do not lower each other', () => {
    const three = claims(pose(0.9, 0, 100), pose(0.8, 200, 300), pose(0.7, 400, 500))
    const [one] = interpretScene([three], { maxInstances: 2, scoreThreshold: 0.25 })
    expect(one?.poses.map(({ score }) => Number(score.toFixed(2)))).toEqual([0.9, 0.8])
    const [overlapping] = interpretScene([claims(pose(0.9, 0, 100), pose(0.85, 5, 105))], limits)
    expect(overlapping?.poses[0]?.score).toBeCloseTo(0.9)
    expect(overlapping?.explainedBy).toBeNull()
  })

  it('passes on why nothing was found', () => {
    const none: SceneClaims = { status: 'not_found', reason: 'no_depth', poses: [], bestRejected: null }
    expect(interpretScene([none], limits)[0]).toMatchObject({ status: 'not_found', reason: 'no_depth', poses: [] })
    const weak: SceneClaims = {
      status: 'rejected',
      reason: 'score_below_threshold',
      poses: [],
      bestRejected: pose(0.01, 0, 9),
    }
    expect(interpretScene([weak], limits)[0]).toMatchObject({ status: 'rejected', reason: 'score_below_threshold' })
  })
})
