import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { TEMPLATE_ENGINES, templateRecipeSchema } from '@sextant/contracts'
import { isEnded, type Job } from '@sextant/jobs'
import { z } from 'zod'
import type { RenderOutcome } from '../render-template-set.ts'
import type { RenderJobInput } from '../run-render-job.ts'

export type RenderJob = Job<RenderJobInput, RenderOutcome>

/** A template job on the wire. Times are Unix seconds; numbers are never null where a client formats them. */
export const templateJobSchema = z.object({
  job_id: z.string(),
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'timeout']),
  success: z.boolean().describe('true once the templates are there'),
  message: z.string(),
  error_message: z.string().nullable(),
  error_code: z.string().nullable().describe('a code of the error table'),
  cad_path: z.string(),
  output_dir: z.string(),
  created_at: z.number(),
  started_at: z.number().nullable(),
  ended_at: z.number().nullable(),
  elapsed_sec: z.number(),
  processing_time: z.number().describe('the same as elapsed_sec'),
  templates_generated: z.number().int(),
  templates_total: z.number().int(),
  engine: z.enum(TEMPLATE_ENGINES).describe('what draws the views'),
  samples: z.number().int().describe('of Cycles, per pixel; 0 with the rasteriser'),
  skipped: z.boolean().describe('an intact set of the same CAD file and recipe was there'),
  warnings: z.array(z.string()),
  cmd: z.array(z.string()),
  log_path: z.string().nullable(),
  pid: z.number().int(),
  returncode: z.number().int().nullable(),
})

export type TemplateJobWire = z.infer<typeof templateJobSchema>

/** Return codes of the contract: killed by a signal, plain failure. */
const KILLED = -9
const FAILED = 1

/** @param now  Unix time, ms */
export function toTemplateJob(job: RenderJob, now: number, pid: number): TemplateJobWire {
  const { error, input, progress, result } = job
  const elapsed = job.startedAtMs === null ? 0 : Math.max(0, (job.endedAtMs ?? now) - job.startedAtMs)
  const seconds = (ms: number | null): number | null => (ms === null ? null : ms / MILLISECONDS_PER_SECOND)
  return {
    job_id: job.id,
    status: job.status === 'cancelled' ? 'failed' : job.status,
    success: job.status === 'succeeded',
    message: messageOf(job),
    error_message: error?.detail ?? null,
    error_code: error?.code ?? null,
    cad_path: input.requestedCadPath,
    output_dir: input.requestedOutputDir,
    created_at: job.createdAtMs / MILLISECONDS_PER_SECOND,
    started_at: seconds(job.startedAtMs),
    ended_at: seconds(job.endedAtMs),
    elapsed_sec: elapsed / MILLISECONDS_PER_SECOND,
    processing_time: elapsed / MILLISECONDS_PER_SECOND,
    templates_generated: result?.templateCount ?? (isEnded(job) ? 0 : (progress?.done ?? 0)),
    templates_total: input.recipe.viewCount,
    ...engineOf(job),
    skipped: result?.skipped ?? false,
    warnings: [...(result?.warnings ?? [])],
    cmd: ['sextant', 'templates', input.requestedCadPath, input.requestedOutputDir],
    log_path: null,
    pid,
    returncode: returnCodeOf(job),
  }
}

const engineSchema = templateRecipeSchema.pick({ engine: true, samples: true })

/** What draws the job's views; jobs that were stored before there was a choice do not say it. */
export function engineOf(job: RenderJob): z.infer<typeof engineSchema> {
  return engineSchema.parse(job.input.recipe)
}

/** The job of a client that gave up waiting; the job itself goes on. */
export function toTimedOutJob(job: RenderJob, now: number, pid: number): TemplateJobWire {
  const message = 'Rendering goes on; ask GET /jobs/{id} for it.'
  return { ...toTemplateJob(job, now, pid), status: 'timeout', message }
}

function returnCodeOf(job: RenderJob): number | null {
  if (!isEnded(job)) return null
  if (job.error === null) return 0
  return job.error.code === 'deadline.exceeded' || job.status === 'cancelled' ? KILLED : FAILED
}

function messageOf(job: RenderJob): string {
  switch (job.status) {
    case 'queued':
      return 'Waiting to be rendered.'
    case 'running':
      return 'Rendering.'
    case 'succeeded':
      return job.result?.skipped === true
        ? 'The templates are up to date.'
        : `${job.result?.templateCount ?? 0} templates rendered.`
    case 'failed':
      return 'Rendering failed.'
    case 'cancelled':
      return 'Rendering was cancelled.'
  }
}
