import { PlatformError } from '@sextant/contracts'
import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Deps } from '../compose.ts'
import type { Config } from '../config.ts'
import { templateJobSchema, toTemplateJob, type RenderJob, type TemplateJobWire } from '../mapping/template-job.ts'

const paramsSchema = z.object({ id: z.string() })

/** GET and DELETE /jobs/{id}. */
export function registerJobRoutes(app: ServiceApp, config: Config, deps: Deps): void {
  const found = (job: RenderJob | undefined): TemplateJobWire => {
    if (job === undefined) throw new PlatformError('job.not_found', { detail: 'job not found' })
    return toTemplateJob(job, deps.now(), config.pid)
  }
  const schema = { tags: ['jobs'], params: paramsSchema, response: { 200: templateJobSchema } }
  app.get('/jobs/:id', { schema: { ...schema, summary: 'A template job' } }, async (request) =>
    found(await deps.jobs.get(request.params.id)),
  )
  app.delete('/jobs/:id', { schema: { ...schema, summary: 'Cancel a template job' } }, async (request) => {
    const { id } = request.params
    if (await deps.jobs.cancel(id)) await deps.jobs.wait(id)
    return found(await deps.jobs.get(id))
  })
}
