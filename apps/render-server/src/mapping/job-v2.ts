import { ERRORS, type JobV2, type ObjectReferenceV2 } from '@sextant/contracts'
import { join, relative, sep } from 'node:path'
import { priorityName } from '../priorities.ts'
import { engineOf, type RenderJob } from './template-job.ts'

const isoTime = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

export function toJobV2(job: RenderJob, staticDir: string): JobV2 {
  const { error, result } = job
  return {
    id: job.id,
    status: job.status,
    priority: priorityName(job.priority),
    attempts: job.attempts,
    object: objectOf(job.input.outputDirectory, staticDir),
    force: job.input.force,
    ...engineOf(job),
    progress: job.progress,
    result: result === null ? null : { ...result, warnings: [...result.warnings] },
    error: error === null ? null : { ...error, retryable: ERRORS[error.code].retryable },
    createdAt: new Date(job.createdAtMs).toISOString(),
    startedAt: isoTime(job.startedAtMs),
    endedAt: isoTime(job.endedAtMs),
  }
}

/** The object whose template folder this is, if it is one's. */
function objectOf(outputDirectory: string, staticDir: string): ObjectReferenceV2 | null {
  const parts = relative(join(staticDir, 'templates'), outputDirectory).split(sep)
  const [className, objectName] = parts
  if (parts.length !== 2 || !className || !objectName || className === '..') return null
  return { className, objectName }
}
