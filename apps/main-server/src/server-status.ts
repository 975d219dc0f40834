import type { serverStatusV1 } from '@sextant/contracts'
import type { z } from 'zod'
import type { Dependencies, ServerName } from './compose.ts'

const CHECK_TIMEOUT_MS = 5000

interface EngineFields {
  readonly model?: { readonly loaded?: boolean; readonly device?: string | null }
}

/** Asks one server for its health; never throws. */
export async function checkServer(name: ServerName, deps: Dependencies): Promise<z.infer<typeof serverStatusV1>> {
  const started = performance.now()
  const base = { url: deps.config.urls[name], last_check: deps.now().toISOString(), gpu_memory: null }
  try {
    const { status, body } = await deps.remotes[name].get(deps.config.healthUrls[name], CHECK_TIMEOUT_MS)
    const model = (body as EngineFields | null)?.model
    return {
      ...base,
      status: status === 200 ? 'healthy' : 'unhealthy',
      response_time_ms: Math.round(performance.now() - started),
      error_message: status === 200 ? null : `HTTP ${status}`,
      model_loaded: status === 200 ? (model?.loaded ?? true) : null,
      device: status === 200 ? (model?.device ?? 'cpu') : null,
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return {
      ...base,
      status: 'unhealthy',
      response_time_ms: null,
      error_message: message,
      model_loaded: null,
      device: null,
    }
  }
}
