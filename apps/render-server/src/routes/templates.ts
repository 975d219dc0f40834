import { renderQueryV1 } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { isEnded } from '@sextant/jobs'
import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Deps } from '../compose.ts'
import type { Config } from '../config.ts'
import {
  aliasRequestSchema,
  keyOfRenderJob,
  renderRequestSchema,
  toRenderJob,
  type RenderRequest,
} from '../mapping/render-request.ts'
import { templateJobSchema, toTemplateJob, toTimedOutJob, type RenderJob } from '../mapping/template-job.ts'
import { PRIORITIES } from '../priorities.ts'

const aliasResponseSchema = templateJobSchema.extend({
  total_poses: z.number().int(),
  rendered_count: z.number().int(),
  rendering_time: z.number(),
})

/** POST /render/templates, and its alias POST /api/v1/render-templates, which always waits. */
export function registerTemplateRoutes(app: ServiceApp, config: Config, deps: Deps): void {
  const { digestOf, jobs, now, resolvePath } = deps
  const enqueue = async (request: RenderRequest): Promise<RenderJob> => {
    const input = toRenderJob(request, resolvePath, config)
    return jobs.enqueue(await keyOfRenderJob(input, digestOf), input, { priority: PRIORITIES[request.priority] })
  }
  app.post(
    '/render/templates',
    {
      schema: {
        tags: ['templates'],
        summary: 'Render the template set of a CAD file',
        description:
          'Answers at once with the job, or with wait=true when it has ended or wait_timeout_sec has passed.',
        querystring: renderQueryV1,
        body: renderRequestSchema,
        response: { 200: templateJobSchema },
      },
    },
    async (request) => {
      const job = await enqueue(request.body)
      const { wait, wait_timeout_sec: timeout } = request.query
      if (!wait) return toTemplateJob(job, now(), config.pid)
      const ended = await jobs.wait(job.id, { timeoutMs: timeout * MILLISECONDS_PER_SECOND })
      return isEnded(ended) ? toTemplateJob(ended, now(), config.pid) : toTimedOutJob(ended, now(), config.pid)
    },
  )
  app.post(
    '/api/v1/render-templates',
    {
      schema: {
        summary: 'Render the template set of a CAD file and wait for it',
        tags: ['templates'],
        body: aliasRequestSchema,
        response: { 200: aliasResponseSchema },
      },
    },
    async (request) => {
      const { id } = await enqueue(request.body)
      const job = toTemplateJob(await jobs.wait(id), now(), config.pid)
      const { elapsed_sec: seconds, templates_generated: count, templates_total: total } = job
      return { ...job, total_poses: total, rendered_count: count, rendering_time: seconds }
    },
  )
}
