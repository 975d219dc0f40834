import { PlatformError } from '@sextant/contracts'
import type { Job, JobContext, JobFailure, JobRunner } from './job-queue.ts'

/** How a run ended. */
export type JobOutcome<Result> =
  | { readonly status: 'succeeded'; readonly result: Result }
  | { readonly status: 'failed' | 'cancelled'; readonly error: JobFailure }

/** Runs a job until it returns, fails, or is aborted by `controller` or the time limit. Never rejects. */
export async function runJob<Input, Result>(
  run: JobRunner<Input, Result>,
  job: Pick<Job<Input, Result>, 'id' | 'input' | 'attempts' | 'createdAtMs'>,
  controller: AbortController,
  timeLimitMs: number | null,
  report: JobContext['report'],
): Promise<JobOutcome<Result>> {
  const { signal } = controller
  const timer = timeLimitMs === null ? undefined : setTimeout(() => stopLateJob(controller, timeLimitMs), timeLimitMs)
  const { id: jobId, attempts: attempt, createdAtMs, input } = job
  try {
    return { status: 'succeeded', result: await run(input, { jobId, attempt, createdAtMs, signal, report }) }
  } catch (error) {
    // What aborted the job tells more than the error the abort caused.
    const failure = failureOf(signal.aborted ? signal.reason : error)
    return { status: failure.code === 'request.cancelled' ? 'cancelled' : 'failed', error: failure }
  } finally {
    clearTimeout(timer)
  }
}

function stopLateJob(controller: AbortController, timeLimitMs: number): void {
  const detail = `The job was stopped after ${timeLimitMs} ms.`
  controller.abort(new PlatformError('deadline.exceeded', { detail }))
}

export function failureOf(error: unknown): JobFailure {
  if (error instanceof PlatformError) return { code: error.code, detail: error.message }
  return { code: 'internal.unexpected', detail: error instanceof Error ? error.message : String(error) }
}

/** A job whose process died too often. */
export function interruptedFailure(attempts: number): JobFailure {
  return { code: 'job.interrupted', detail: `The service ended ${attempts} times while the job ran.` }
}
