import type { PoseScoreParts } from '@sextant/contracts'
import { createTransform } from '@sextant/geometry'
import type { EvaluationCase } from '@sextant/evaluation'
import { describe, expect, it } from 'vitest'
import { planTasks, type InstanceRow, type TaskResult } from './evaluation-task.ts'
import { reliabilitySvg, rocSvg } from './plots.ts'
import { summarizeRejection } from './rejection.ts'
import { formatDetections, formatTable, summarize, summarizeDetections } from './summarize.ts'

function caseOf(id: string, objects: readonly number[]): EvaluationCase {
  return {
    id,
    colorPath: 'rgb.png',
    depthPath: 'depth.png',
    millimetersPerCount: 1,
    shownModelPaths: objects.map((objectId) => `obj_${objectId}.ply`),
    intrinsics: { fx: 600, fy: 600, cx: 320, cy: 240 },
    instances: objects.map((objectId) => ({
      objectId,
      model: { path: `obj_${objectId}.ply`, scaleToMm: 1, info: null },
      cameraFromObject: createTransform(),
      maskPath: null,
      visibleFraction: null,
    })),
  }
}

const options = {
  condition: 'mask',
  preset: 'balanced',
  generator: 'pairs',
  seed: 0,
  threads: 1,
  proposals: 100,
  every: 1,
  limit: Infinity,
} as const
const cases = [caseOf('a', [1, 2, 1]), caseOf('b', [3])]

describe('planTasks', () => {
  it('asks once per instance with masks and once per object without', () => {
    expect(planTasks(cases, options).map((task) => task.groups)).toEqual([[[0], [1], [2]], [[0]]])
    expect(planTasks(cases, { ...options, condition: 'scene' }).map((task) => task.groups)).toEqual([
      [[0, 2], [1]],
      [[0]],
    ])
  })

  it('asks for the objects of other frames where they are absent', () => {
    const tasks = planTasks(cases, { ...options, condition: 'absent' })
    expect(tasks.map((task) => task.absentModels.map(({ objectId }) => objectId))).toEqual([[3], [1, 2]])
    expect(tasks.every((task) => task.groups.length === 0)).toBe(true)
  })

  it('thins across frames and drops frames without a question', () => {
    const thinned = planTasks(cases, { ...options, every: 3 })
    expect(thinned.map((task) => [task.evaluationCase.id, task.groups])).toEqual([
      ['a', [[0]]],
      ['b', [[0]]],
    ])
    expect(planTasks(cases, { ...options, limit: 2 })).toHaveLength(1)
  })
})

const partsOf = (verification: number): PoseScoreParts => ({
  ...{ verification, visibleFraction: 1, inlierFraction: 1, violationFraction: 0, occludedFraction: 0 },
  ...{ depthResidualMm: 1, depthNoiseMm: 1, normalAgreement: 1, silhouetteSupport: 1, segmentIou: 1 },
  ...{ residualRatio: 0.2, toleranceRatio: 1, colorAgreement: null, colorSpread: null, chromaDifference: null },
  ...{ shadingAgreement: 0.5, relief: 2, penetrationMm: 0, supportGapMm: null },
})

describe('summarize', () => {
  const row = (mssdPerDiameter: number, mspd: number, add: number, strict = mssdPerDiameter): InstanceRow => ({
    ...{ caseId: 'a', objectId: 1, instance: 0, isSymmetric: false, diameter: 100, imageWidth: 640 },
    ...{ mssdPerDiameter, strictMssdPerDiameter: strict, mspd, add, score: 0.9, verification: 1, seconds: 0.5 },
    ...{ visibleFraction: 0.8, vsd: new Array<number>(10).fill(mssdPerDiameter < 1 ? 0 : 1) },
  })
  const results: TaskResult[] = [
    {
      condition: 'scene',
      rows: [row(0.01, 1, 1, 0.9), row(Infinity, Infinity, Infinity)],
      answers: [
        { caseId: 'a', objectId: 1, isPresent: true, score: 0.9, parts: partsOf(1), isRight: true },
        { caseId: 'a', objectId: 1, isPresent: true, score: 0.3, parts: partsOf(0.5), isRight: false },
      ],
      absent: [{ caseId: 'a', objectId: 2, score: 0.2, verification: 0.4, seconds: 0.1 }],
      proposed: [],
      timings: [{ search: 10 }, { search: 30 }],
    },
  ]

  it('counts missing answers as misses and takes medians of the rest', () => {
    const summary = summarize('scene', results)
    expect(summary.averageRecallMssd).toBeCloseTo(0.5, 12)
    expect(summary.averageRecallVsd).toBeCloseTo(0.5, 12)
    expect(summary.averageRecallStrict).toBe(0)
    expect(summary.precision).toBe(0.5)
    expect(summary.recallMssdTenth).toBe(0.5)
    expect(summary.recallAddTenth).toBe(0.5)
    expect(summary.medianMssdPerDiameter).toBe(0.01)
    expect(summary.stageMs).toEqual({ search: 30 })
    expect(formatTable([summary]).split('\n')).toHaveLength(2)
  })

  it('finds the operating point and draws it', () => {
    const rejection = summarizeRejection(results)
    expect(rejection.atTwoPercent).toEqual({ threshold: 0.9, falsePositiveRate: 0, recall: 0.5 })
    expect(rejection.calibrationError).toBeCloseTo(0.2, 12)
    expect(reliabilitySvg(rejection)).toMatch(/^<svg[^]*<circle[^]*<\/svg>\n$/)
    expect(rocSvg(rejection)).toMatch(/<polyline points="\d/)
  })

  it('averages precision over objects, whichever frames show them', () => {
    const of = (modelPath: string, imageId: string, ...scores: readonly (readonly [number, number])[]) => ({
      modelPath,
      truthCount: 1,
      detections: scores.map(([score, iou]) => ({ imageId, score, overlaps: [iou] })),
    })
    const proposed = [of('a.ply', '1', [0.9, 1], [0.2, 0]), of('a.ply', '2', [0.5, 1]), of('b.ply', '1', [0.9, 0.3])]
    const summary = summarizeDetections([
      { condition: 'proposals', rows: [], answers: [], absent: [], timings: [], proposed },
    ])
    expect(summary).toEqual({ ap: 0.5, ap50: 0.5, ap75: 0.5, objectCount: 2, instanceCount: 3 })
    expect(formatDetections(summary)).toContain('AP 0.500')
  })
})
