import { jobListQueryV2, jobListV2, jobV2, PlatformError, type JobStatusV2 } from '@sextant/contracts'
import { isEnded } from '@sextant/jobs'
import { openEventStream, type ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Deps } from '../compose.ts'
import type { Config } from '../config.ts'
import { toJobV2 } from '../mapping/job-v2.ts'
import type { RenderJob } from '../mapping/template-job.ts'

const params = z.object({ id: z.string() })
const tags = ['jobs']
const ACTIVE: readonly JobStatusV2[] = ['queued', 'running']

/** Jobs as lists, as events, and to be cancelled. */
export function registerJobRoutesV2(app: ServiceApp, config: Config, deps: Deps): void {
  const { jobs } = deps
  const toWire = (job: RenderJob) => toJobV2(job, config.staticDir)
  const read = async (id: string): Promise<RenderJob> => {
    const job = await jobs.get(id)
    if (job === undefined) throw new PlatformError('job.not_found', { detail: 'There is no job with this id.' })
    return job
  }

  app.get(
    '/api/v2/jobs',
    { schema: { tags, summary: 'Template jobs', querystring: jobListQueryV2, response: { 200: jobListV2 } } },
    async ({ query: { status, limit } }) => {
      const statuses = status === 'active' ? ACTIVE : status === undefined ? undefined : [status]
      const list = await jobs.list(statuses === undefined ? { limit } : { limit, statuses })
      return { jobs: list.map(toWire), ...(await jobs.counts()) }
    },
  )

  const one = { tags, params, response: { 200: jobV2 } }
  app.get('/api/v2/jobs/:id', { schema: { ...one, summary: 'A template job' } }, async (request) =>
    toWire(await read(request.params.id)),
  )

  app.post('/api/v2/jobs/:id/cancel', { schema: { ...one, summary: 'Cancel a job' } }, async (request) => {
    const { id } = await read(request.params.id)
    // A job that has ended is answered as it is: asking twice does no harm.
    if (await jobs.cancel(id)) await jobs.wait(id)
    return toWire(await read(id))
  })

  app.get(
    '/api/v2/jobs/:id/events',
    { schema: { tags, params, summary: 'Server-sent events `progress`, each the job; the last has ended' } },
    async (request, reply) => {
      // Subscribed before reading, so that no step falls between the two.
      const missed: RenderJob[] = []
      let send = (job: RenderJob): void => void missed.push(job)
      const stop = jobs.subscribe((job) => {
        if (job.id === request.params.id) send(job)
      })
      const current = await read(request.params.id).catch((error: unknown) => {
        stop()
        throw error
      })
      const stream = openEventStream(reply)
      stream.onClose(stop)
      send = (job) => {
        stream.send('progress', toWire(job))
        if (isEnded(job)) stream.end()
      }
      send([current, ...missed].find(isEnded) ?? missed.at(-1) ?? current)
    },
  )
}
