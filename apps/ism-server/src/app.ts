import { preloadObjects, type PreloadOptions } from '@sextant/library'
import { announceNetworks } from '@sextant/models'
import { createService, registerStatus, type ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import type { Config } from './config.ts'
import { registerV1 } from './routes/v1.ts'
import { registerV2 } from './routes/v2.ts'

/** The ISM server without listening; tests inject into it. */
export async function buildApp(
  config: Pick<Config, 'logLevel' | 'logFile' | 'preload' | 'templateCache'>,
  deps: Dependencies,
): Promise<ServiceApp> {
  const service = await createService({
    name: 'ism',
    title: 'ISM Server',
    version: '1.0.0',
    description: 'Instance segmentation: where an object may be in an RGB-D frame, ranked against its templates.',
    logLevel: config.logLevel,
    logFile: config.logFile,
  })
  registerV1(service.app, deps)
  registerV2(service, deps)
  registerStatus(service, { version: '1.0.0', ...deps })
  // In the background: the service answers meanwhile, and a request for the same object waits for the same load.
  service.app.addHook('onListen', () => {
    const { preload: list, templateCache } = config
    const load: PreloadOptions['load'] = (object) => deps.preload(object)
    if (deps.network !== null) void announceNetworks(deps.network, service.app.log)
    void preloadObjects(deps.library, { list, limit: templateCache.maxEntries, load, log: service.app.log })
  })
  service.app.addHook('onClose', () => deps.close())
  return service.app
}
