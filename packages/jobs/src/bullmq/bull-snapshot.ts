import { isErrorCode } from '@sextant/contracts'
import type { Job as BullJob } from 'bullmq'
import type { Job, JobFailure, JobProgress } from '../job-queue.ts'
import { interruptedFailure } from '../run-job.ts'

/** What is stored with each of BullMQ's jobs. */
export interface BullData {
  readonly key: string
  readonly input: unknown
}

/** BullMQ runs low numbers first, and 0, which means none, before all others. */
const MIDDLE = 2 ** 20

export const bullPriority = (priority: number): number => MIDDLE - priority

/** What BullMQ writes when a job's process died too often. */
const STALLED = 'job stalled more than allowable limit'

/**
 * The job at a given moment. BullMQ's record may be of a later one, so the phase is told: from an event, or as looked up.
 */
export function snapshotOf<Input, Result>(
  job: BullJob<BullData>,
  phase: 'queued' | 'running' | 'ended',
): Job<Input, Result> {
  const base = {
    id: job.id ?? '',
    key: job.data.key,
    priority: MIDDLE - job.priority,
    input: job.data.input as Input,
    progress: null,
    result: null,
    error: null,
    createdAtMs: job.timestamp,
    startedAtMs: null,
    endedAtMs: null,
  }
  if (phase === 'queued') return { ...base, status: 'queued', attempts: job.stalledCounter }
  const started = { ...base, startedAtMs: job.processedOn ?? null, progress: progressOf(job.progress) }
  if (phase === 'running') return { ...started, status: 'running', attempts: job.stalledCounter + 1 }
  const ended = { ...started, endedAtMs: job.finishedOn ?? null, attempts: job.stalledCounter + 1 }
  if (!job.failedReason) return { ...ended, status: 'succeeded', result: job.returnvalue as Result }
  if (job.failedReason === STALLED) {
    const attempts = job.stalledCounter
    return { ...ended, status: 'failed', attempts, error: interruptedFailure(attempts) }
  }
  const error = parseFailure(job.failedReason)
  return { ...ended, status: error.code === 'request.cancelled' ? 'cancelled' : 'failed', error }
}

/** BullMQ's progress is 0 until something was reported. */
export function progressOf(value: unknown): JobProgress | null {
  return typeof value === 'object' && value !== null && 'done' in value && 'total' in value
    ? (value as JobProgress)
    : null
}

export const failureText = (failure: JobFailure): string => JSON.stringify(failure)

function parseFailure(text: string): JobFailure {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'code' in value && 'detail' in value) {
      if (isErrorCode(value.code) && typeof value.detail === 'string') return { code: value.code, detail: value.detail }
    }
  } catch {
    // written by BullMQ itself
  }
  return { code: 'internal.unexpected', detail: text }
}
