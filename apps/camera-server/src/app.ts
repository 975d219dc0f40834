import websocket from '@fastify/websocket'
import { createService, type ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from './compose.ts'
import type { Config } from './config.ts'
import { registerDocuments } from './routes/documents.ts'
import { registerSockets } from './routes/sockets.ts'
import { registerStreams } from './routes/streams.ts'

/** The camera server without listening; tests inject into it. */
export async function buildApp(config: Pick<Config, 'logLevel' | 'logFile'>, deps: Dependencies): Promise<ServiceApp> {
  const { app } = await createService({
    name: 'camera',
    title: 'Camera Server',
    version: '1.0.0',
    description: 'Colour and depth streams of an RGB-D camera over HTTP and WebSocket.',
    logLevel: config.logLevel,
    logFile: config.logFile,
  })
  await app.register(websocket, { options: { perMessageDeflate: false, maxPayload: 1024 } })
  registerDocuments(app, deps)
  registerStreams(app, deps)
  registerSockets(app, deps)
  app.addHook('onClose', () => deps.close())
  return app
}
