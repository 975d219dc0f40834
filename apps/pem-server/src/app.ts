import { preloadObjects, type PreloadOptions } from '@sextant/library'
import { announceNetworks } from '@sextant/models'
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
  registerModelV1(service.app, deps, model)
  registerEstimationV1(service.app, deps, model)
  registerV2(service, deps)
  registerStatus(service, { version: '1.0.0', ...deps })
  // In the background: the service answers meanwhile, and a request for the same object waits for the same load.
  service.app.addHook('onListen', () => {
    const { preload: list, cadCache } = config
    const load: PreloadOptions['load'] = (object) => deps.preload(object.cadPath)
    if (deps.network !== null) void announceNetworks(deps.network, service.app.log)
    void preloadObjects(deps.library, { list, limit: cadCache.maxEntries, load, log: service.app.log })
  })
  service.app.addHook('onClose', () => deps.close())
  return service.app
}
