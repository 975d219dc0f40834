import { healthV1, PlatformError, serversStatusV1, serverStatusV1 } from '@sextant/contracts'
import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import type { ServerName } from '../config.ts'
import type { StartState } from '../dependencies/start-dependencies.ts'
import { checkServer } from '../server-status.ts'
import { asksForPage, sendPage } from './console.ts'

const HEALTH_PATHS = ['/health', '/api/v1/objects/health', '/api/v1/servers/health', '/api/v1/workflow/health']
const SERVERS: readonly ServerName[] = ['ism', 'pem', 'render']

export function registerHealth(
  app: ServiceApp,
  deps: Dependencies,
  startStates: () => Readonly<Record<ServerName, StartState>>,
): void {
  const check = async (name: ServerName): Promise<z.infer<typeof serverStatusV1>> => ({
    ...(await checkServer(name, deps)),
    auto_start: startStates()[name],
  })
  const health = (): z.infer<typeof healthV1> => ({ status: 'healthy', timestamp: deps.now().toISOString() })

  app.get(
    '/',
    {
      schema: {
        summary: 'Health, or the console for who asks for HTML',
        tags: ['health'],
        response: { 200: healthV1 },
      },
    },
    async (request, reply) => (asksForPage(request) ? sendPage(reply, deps.config.consoleDir) : health()),
  )
  for (const path of HEALTH_PATHS) {
    app.get(
      path,
      { schema: { summary: 'Health of the Main server', tags: ['health'], response: { 200: healthV1 } } },
      health,
    )
  }

  app.get(
    '/api/v1/servers/status',
    { schema: { summary: 'Health of the servers behind Main', tags: ['health'], response: { 200: serversStatusV1 } } },
    async () => {
      const [ism, pem, render] = await Promise.all([check('ism'), check('pem'), check('render')])
      const healthy = [ism, pem, render].filter((server) => server.status === 'healthy').length
      return {
        servers: { ism, pem, render },
        overall_status: healthy === SERVERS.length ? 'healthy' : healthy > 0 ? 'degraded' : 'unhealthy',
        healthy_servers: healthy,
        total_servers: SERVERS.length,
      } as const
    },
  )

  app.get(
    '/api/v1/servers/status/:server',
    {
      schema: {
        summary: 'Health of one server behind Main',
        tags: ['health'],
        params: z.object({ server: z.string() }),
        response: { 200: serverStatusV1 },
      },
    },
    async (request) => {
      const name = SERVERS.find((server) => server === request.params.server)
      if (name !== undefined) return check(name)
      throw new PlatformError('object.not_found', { detail: `Server not found: ${request.params.server}` })
    },
  )
}
