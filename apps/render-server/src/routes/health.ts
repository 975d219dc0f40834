import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Deps } from '../compose.ts'
import type { Config } from '../config.ts'
import { VERSION } from '../version.ts'

const healthSchema = z.object({ status: z.literal('healthy'), timestamp: z.string() })

const statusSchema = healthSchema.extend({
  service: z.string(),
  version: z.string(),
  jobs_queued: z.number().int(),
  jobs_running: z.number().int(),
  pid: z.number().int(),
})

/** GET /health, and GET /api/v1/status as the original's README has it. */
export function registerHealthRoutes(app: ServiceApp, config: Config, deps: Deps): void {
  const health = (): z.infer<typeof healthSchema> => ({
    status: 'healthy',
    timestamp: new Date(deps.now()).toISOString(),
  })
  app.get(
    '/health',
    { schema: { summary: 'Health of the Render server', tags: ['health'], response: { 200: healthSchema } } },
    health,
  )
  app.get(
    '/api/v1/status',
    { schema: { summary: 'Health, version and numbers of jobs', tags: ['health'], response: { 200: statusSchema } } },
    async () => {
      const { queued, running } = await deps.jobs.counts()
      return {
        ...health(),
        service: 'render',
        version: VERSION,
        jobs_queued: queued,
        jobs_running: running,
        pid: config.pid,
      }
    },
  )
}
