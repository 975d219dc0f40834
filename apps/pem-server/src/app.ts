import { objectsListed } from '@sextant/library'
import { createService, registerStatus, type ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import type { Config } from './config.ts'
import { createModelState } from './model-state.ts'
import { registerEstimationV1, registerModelV1 } from './routes/v1.ts'
import { registerV2 } from './routes/v2.ts'

/** The PEM server without listening; tests inject into it. */
export async function buildApp(
  config: Pick<Config, 'logLevel' | 'logFile' | 'preload' | 'cadCache'>,
  deps: Dependencies,
): Promise<ServiceApp> {
  const service = await createService({
    name: 'pem',
    title: 'PEM Server',
    version: '1.0.0',
    description: 'Pose estimation: CAD, RGB-D frame and detections in, verified 6D poses out.',
    logLevel: config.logLevel,
    logFile: config.logFile,
  })
  const model = createModelState(deps)
  registerModelV1(service.app, model)
  registerEstimationV1(service.app, deps, model)
  registerV2(service, deps)
  registerStatus(service, { version: '1.0.0', ...deps })
  // In the background: the service answers meanwhile, and a request for the same object waits for the same load.
  service.app.addHook('onListen', () => {
    void preload(service.app, config, deps)
  })
  service.app.addHook('onClose', () => deps.close())
  return service.app
}

/** Prepares cad models ahead of the first request; one that cannot be loaded is logged and skipped. */
async function preload(
  app: ServiceApp,
  config: Pick<Config, 'preload' | 'cadCache'>,
  deps: Pick<Dependencies, 'library' | 'preload'>,
): Promise<void> {
  for (const object of await objectsListed(deps.library, config.preload, config.cadCache.maxEntries)) {
    const fields = { class: object.className, object: object.name }
    try {
      await deps.preload(object.cadPath)
      app.log.info(fields, 'preloaded')
    } catch (error) {
      app.log.warn({ ...fields, err: error }, 'not preloaded')
    }
  }
}
