import { createService, type ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import { createDependencyStarter } from './dependencies/start-dependencies.ts'
import { registerHousekeeping } from './housekeeping.ts'
import { registerCamera } from './routes/camera.ts'
import { registerConsole } from './routes/console.ts'
import { registerHealth } from './routes/health.ts'
import { registerLogs } from './routes/logs.ts'
import { registerMeshes } from './routes/meshes.ts'
import { registerObjectsV2 } from './routes/objects-v2.ts'
import { registerObjects } from './routes/objects.ts'
import { registerRender } from './routes/render.ts'
import { registerRuns } from './routes/runs.ts'
import { registerSamples } from './routes/samples.ts'
import { registerScenes } from './routes/scenes.ts'
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
    logFile: deps.config.logFile,
  })
  const starter = createDependencyStarter({
    driver: deps.driver,
    remotes: deps.remotes,
    healthUrls: deps.config.healthUrls,
    log: (fields, message) => service.app.log.info(fields, message),
  })
  registerHealth(service.app, deps, starter.states)
  registerObjects(service.app, deps)
  registerObjectsV2(service.app, deps)
  registerRender(service.app, deps)
  registerFullPipeline(service, deps)
  registerRuns(service.app, deps)
  registerScenes(service, deps)
  registerMeshes(service.app, deps)
  registerSamples(service.app, deps)
  registerCamera(service.app, deps)
  registerLogs(service, deps)
  await registerConsole(service.app, deps.config.consoleDir)
  registerHousekeeping(service.app, deps)
  service.app.addHook('onListen', () => {
    void starter.run()
  })
  service.app.addHook('onClose', async () => {
    await starter.close()
    await deps.close()
  })
  return service.app
}
