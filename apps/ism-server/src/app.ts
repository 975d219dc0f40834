import { createService, type ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import type { Config } from './config.ts'
import { registerV1 } from './routes/v1.ts'
import { registerV2 } from './routes/v2.ts'

/** The ISM server without listening; tests inject into it. */
export async function buildApp(config: Pick<Config, 'logLevel'>, deps: Dependencies): Promise<ServiceApp> {
  const service = await createService({
    name: 'ism',
    title: 'ISM Server',
    version: '1.0.0',
    description: 'Instance segmentation: where an object may be in an RGB-D frame, ranked against its templates.',
    logLevel: config.logLevel,
  })
  registerV1(service.app, deps)
  registerV2(service, deps)
  service.app.addHook('onClose', () => deps.close())
  return service.app
}
