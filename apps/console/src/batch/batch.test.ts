import type { RunV2 } from '@sextant/contracts'
import { expect, it } from 'vitest'
import { toBatchSummary } from './batch-summary.ts'
import { statisticsOf } from './statistics.ts'

const object = (objectName: string, status: string, scores: number[] = []) => ({
  className: 'c',
  objectName,
  status,
  reason: status === 'estimated' ? null : 'no_candidates',
  error:
    status === 'failed' ? { code: 'upstream.unreachable', detail: 'pem is gone', stage: 'pem', retryable: true } : null,
  poses: scores.map((score) => ({ score })),
  detectionCount: 3,
  stages: { pose: { seconds: 1.5, timings: {} } },
})
const runs = [
  {
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:00:04Z',
    objects: [object('a', 'estimated', [0.9, 0.2]), object('b', 'not_found')],
  },
  {
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: '2026-01-01T00:00:04Z',
    objects: [object('a', 'estimated', [0.7]), object('b', 'failed')],
  },
] as unknown as RunV2[]

it('counts what became of each object', () => {
  expect(statisticsOf(runs)).toEqual([
    { key: 'c/a', estimated: 2, notFound: 0, rejected: 0, failed: 0, meanScore: 0.8 },
    { key: 'c/b', estimated: 0, notFound: 1, rejected: 0, failed: 1, meanScore: null },
  ])
})

it('is written as the batch scripts write it', () => {
  const summary = toBatchSummary(runs)
  expect(summary).toHaveLength(4)
  expect(summary[0]).toMatchObject({
    object: 'a',
    success: true,
    pem_detections: 2,
    ism_detections: 3,
    elapsed_sec: 1.5,
  })
  expect(summary[1]).toMatchObject({ object: 'b', success: true, pem_detections: 0, message: 'no_candidates' })
  expect(summary[3]).toMatchObject({ object: 'b', success: false, message: 'pem is gone' })
})
