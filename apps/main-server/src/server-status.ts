import { serviceStatusV2, type serverStatusV1 } from '@sextant/contracts'
import type { z } from 'zod'
import type { Dependencies } from './compose.ts'
import type { ServerName } from './config.ts'

const CHECK_TIMEOUT_MS = 5000

type ServerStatus = Omit<z.infer<typeof serverStatusV1>, 'auto_start'>

type BaseField = 'url' | 'status' | 'response_time_ms' | 'last_check' | 'error_message'

const UNKNOWN: Omit<ServerStatus, BaseField> = {
  model_loaded: null,
  device: null,
  gpu_memory: null,
  provider_refusals: [],
  network_problem: null,
  engine: null,
  version: null,
  queue_depth: null,
  cache_hit_rate: {},
}

/** Asks one server for its health and, at the same time, for what it tells about itself; never throws. */
export async function checkServer(name: ServerName, deps: Dependencies): Promise<ServerStatus> {
  const started = performance.now()
  const base = { url: deps.config.urls[name], last_check: deps.now().toISOString() }
  const details = detailsOf(name, deps)
  try {
    const { status } = await deps.remotes[name].get(deps.config.healthUrls[name], CHECK_TIMEOUT_MS)
    const response_time_ms = Math.round(performance.now() - started)
    return {
      ...base,
      status: status === 200 ? 'healthy' : 'unhealthy',
      response_time_ms,
      error_message: status === 200 ? null : `HTTP ${status}`,
      ...(await details),
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ...base, status: 'unhealthy', response_time_ms: null, error_message: message, ...UNKNOWN }
  }
}

/** A server that does not know the route (a Python one, say) is healthy all the same. */
async function detailsOf(name: ServerName, deps: Dependencies): Promise<Omit<ServerStatus, BaseField>> {
  try {
    const { body } = await deps.remotes[name].get(`${deps.config.urls[name]}/api/v2/status`, CHECK_TIMEOUT_MS)
    const parsed = serviceStatusV2.safeParse(body)
    if (!parsed.success) return UNKNOWN
    const { modelLoaded, device, gpuMemory, networks, engine, version, queue, caches } = parsed.data
    return {
      model_loaded: modelLoaded,
      device,
      gpu_memory: gpuMemory,
      provider_refusals: networks?.refusals ?? [],
      network_problem: networks?.problem ?? null,
      engine,
      version,
      queue_depth: queue.waiting,
      cache_hit_rate: Object.fromEntries(Object.entries(caches).map(([key, cache]) => [key, cache.hitRate])),
    }
  } catch {
    return UNKNOWN
  }
}
