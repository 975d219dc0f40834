import { logLinesV2, logQueryV2, PlatformError } from '@sextant/contracts'
import type { Service } from '@sextant/service-kit'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'

const TIMEOUT_MS = 5000
const params = z.object({ server: z.enum(['main', 'ism', 'pem', 'render']) })

/** `GET /api/v2/servers/:server/logs`: what a server logged last; Main asks the others. */
export function registerLogs({ app, recentLog }: Service, deps: Dependencies): void {
  app.get(
    '/api/v2/servers/:server/logs',
    {
      schema: {
        summary: 'What a server logged last',
        tags: ['logs'],
        params,
        querystring: logQueryV2,
        response: { 200: logLinesV2 },
      },
    },
    async ({ params: { server }, query }) => {
      if (server === 'main') return { lines: recentLog.read(query) }
      const search = new URLSearchParams({ limit: String(query.limit) })
      if (query.requestId !== undefined) search.set('requestId', query.requestId)
      if (query.level !== undefined) search.set('level', query.level)
      const url = `${deps.config.urls[server]}/api/v2/logs?${search.toString()}`
      const { status, body } = await deps.remotes[server].get(url, TIMEOUT_MS)
      const parsed = logLinesV2.safeParse(body)
      if (parsed.success) return parsed.data
      throw new PlatformError('upstream.bad_response', {
        detail: `${server} does not tell its log (HTTP ${status} at /api/v2/logs)`,
        stage: server,
      })
    },
  )
}
