import { z } from 'zod'
import { TEMPLATE_ENGINES } from '../domain/template-set.ts'
import { objectReferenceV2, runErrorV2 } from './v2-runs.ts'

/** What a job is worth: interactive requests run before normal ones, those before background work. */
export const jobPriorityV2 = z.enum(['background', 'normal', 'interactive'])
export type JobPriorityV2 = z.infer<typeof jobPriorityV2>

export const jobStatusV2 = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type JobStatusV2 = z.infer<typeof jobStatusV2>

/** A template job of the Render server: `GET /api/v2/jobs/:id`, and every event of `GET /api/v2/jobs/:id/events`. */
export const jobV2 = z.object({
  id: z.string(),
  status: jobStatusV2,
  priority: jobPriorityV2,
  /** how often it was started; more than once when the server ended meanwhile */
  attempts: z.number().int(),
  /** null: the templates go to a folder that belongs to no object */
  object: objectReferenceV2.nullable(),
  /** an intact set is rendered again */
  force: z.boolean(),
  /** what draws the views */
  engine: z.enum(TEMPLATE_ENGINES),
  /** of Cycles, per pixel; 0 with the rasteriser */
  samples: z.number().int(),
  /** views done and in all; null until the first is done */
  progress: z.object({ done: z.number().int(), total: z.number().int() }).nullable(),
  result: z
    .object({
      templateCount: z.number().int(),
      /** an intact set of the same CAD file and recipe was there */
      skipped: z.boolean(),
      warnings: z.array(z.string()),
    })
    .nullable(),
  error: runErrorV2.omit({ stage: true }).nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
})
export type JobV2 = z.infer<typeof jobV2>

/** `active`: waiting and running. */
export const jobListQueryV2 = z.object({
  status: z.enum([...jobStatusV2.options, 'active']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** `GET /api/v2/jobs`, the latest first. */
export const jobListV2 = z.object({ jobs: z.array(jobV2), queued: z.number().int(), running: z.number().int() })
export type JobListV2 = z.infer<typeof jobListV2>
