import { createTransform } from '@sextant/geometry'
import type { EvaluationCase } from '@sextant/evaluation'
import { describe, expect, it } from 'vitest'
import { planTasks, type InstanceRow } from './evaluation-task.ts'
import { summarize } from './summarize.ts'

function caseOf(id: string, objects: readonly number[]): EvaluationCase {
  return {
    id,
    colorPath: 'rgb.png',
    depthPath: 'depth.png',
    millimetersPerCount: 1,
    intrinsics: { fx: 600, fy: 600, cx: 320, cy: 240 },
    instances: objects.map((objectId) => ({
      objectId,
      model: { path: `obj_${objectId}.ply`, scaleToMm: 1, info: null },
      cameraFromObject: createTransform(),
      maskPath: null,
    })),
  }
}

const options = { condition: 'mask', preset: 'balanced', seed: 0, every: 1, limit: Infinity } as const
const cases = [caseOf('a', [1, 2, 1]), caseOf('b', [3])]

describe('planTasks', () => {
  it('asks once per instance with masks and once per object without', () => {
    expect(planTasks(cases, options).map((task) => task.groups)).toEqual([[[0], [1], [2]], [[0]]])
    expect(planTasks(cases, { ...options, condition: 'scene' }).map((task) => task.groups)).toEqual([
      [[0, 2], [1]],
      [[0]],
    ])
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

describe('summarize', () => {
  it('counts missing answers as misses and takes medians of the rest', () => {
    const row = (mssdPerDiameter: number, mspd: number, add: number): InstanceRow => ({
      ...{ caseId: 'a', objectId: 1, instance: 0, isSymmetric: false, diameter: 100, imageWidth: 640 },
      ...{ mssdPerDiameter, mspd, add, score: 0.9, verification: 1, seconds: 0.5 },
    })
    const summary = summarize([
      { rows: [row(0.01, 1, 1), row(Infinity, Infinity, Infinity)], timings: [{ search: 10 }, { search: 30 }] },
    ])
    expect(summary.averageRecallMssd).toBeCloseTo(0.5, 12)
    expect(summary.recallMssdTenth).toBe(0.5)
    expect(summary.recallAddTenth).toBe(0.5)
    expect(summary.medianMssdPerDiameter).toBe(0.01)
    expect(summary.stageMs).toEqual({ search: 30 })
  })
})
