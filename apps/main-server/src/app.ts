import { createService, type ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import { registerConsole } from './routes/console.ts'
import { registerHealth } from './routes/health.ts'
import { registerMeshes } from './routes/meshes.ts'
import { registerObjects } from './routes/objects.ts'
import { registerRender } from './routes/render.ts'
import { registerRuns } from './routes/runs.ts'
import { registerFullPipeline } from './routes/workflow.ts'

/** The Main server without listening; tests inject into it. */
export async function buildApp(deps: Dependencies): Promise<ServiceApp> {
  const service = await createService({
    name: 'main',
    title: 'Main Server',
    version: '1.0.0',
    description:
      'Takes requests, orders the stages (templates, segmentation, pose) and answers with verified 6D poses.',
    logLevel: deps.config.logLevel,
  })
  registerHealth(service.app, deps)
  registerObjects(service.app, deps)
  registerRender(service.app, deps)
  registerFullPipeline(service, deps)
  registerRuns(service.app, deps)
  registerMeshes(service.app, deps)
  await registerConsole(service.app, deps.config.consoleDir)
  service.app.addHook('onClose', () => deps.close())
  return service.app
}
