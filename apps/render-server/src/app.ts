import { createService, registerStatus, type ServiceApp } from '@sextant/service-kit'
import type { Deps } from './compose.ts'
import type { Config } from './config.ts'
import { registerHealthRoutes } from './routes/health.ts'
import { registerJobRoutesV2 } from './routes/jobs-v2.ts'
import { registerJobRoutes } from './routes/jobs.ts'
import { registerTemplateRoutes } from './routes/templates.ts'
import { VERSION } from './version.ts'

/** The render server without a socket: routes over `deps`. Closing the app closes `deps`. */
export async function buildApp(config: Config, deps: Deps): Promise<ServiceApp> {
  const service = await createService({
    name: 'render',
    title: 'Sextant render server',
    version: VERSION,
    description: 'Renders the template set of a CAD file: 42 views with colour, mask, coordinates and depth.',
    logLevel: config.logLevel,
    logFile: config.logFile,
  })
  const { app, metrics } = service
  let counts = await deps.jobs.counts()
  const stopListening = deps.jobs.subscribe((job) => {
    void deps.jobs.counts().then((now) => {
      counts = now
    })
    if (job.endedAtMs === null || job.startedAtMs === null) return
    const ms = job.endedAtMs - job.startedAtMs
    const outcome = job.result?.skipped === true ? 'skipped' : job.status
    metrics.observeStages({ templates: ms })
    metrics.countOutcome(outcome)
    const { attempts, id: jobId } = job
    const fields = { jobId, stage: 'templates', ms, outcome, attempts, code: job.error?.code }
    if (job.status === 'failed') app.log.warn({ ...fields, detail: job.error?.detail }, 'job failed')
    else app.log.info(fields, 'job ended')
  })
  registerStatus(service, {
    version: VERSION,
    engine: () => ({
      engine: config.engine,
      device: 'cpu',
      modelLoaded: deps.isEngineReady,
      gpuMemory: null,
      networks: null,
    }),
    pool: { queueLength: () => counts.queued, running: () => counts.running },
    caches: {},
  })
  registerHealthRoutes(app, config, deps)
  registerTemplateRoutes(app, config, deps)
  registerJobRoutes(app, config, deps)
  registerJobRoutesV2(app, config, deps)
  if (!deps.isEngineReady) app.log.warn({ engine: config.engine }, 'Blender was not found; see RENDER_BLENDER')
  deps.beginWork()
  // Waiting requests end with their jobs, so jobs are closed before connections are.
  app.addHook('preClose', async () => {
    await deps.close()
    stopListening()
  })
  return app
}
