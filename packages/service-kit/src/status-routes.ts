import { cacheLimitsV2, cacheStatsV2, PlatformError, serviceStatusV2, type ServiceStatusV2 } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { z } from 'zod'
import type { ArtifactCache } from './artifact-cache.ts'
import type { Service } from './create-service.ts'
import type { WorkerPool } from './worker-pool.ts'

/** What a service tells about itself. */
export interface StatusSource {
  readonly version: string
  /** read when asked: engines load, caches fill */
  readonly engine: () => Pick<ServiceStatusV2, 'engine' | 'device' | 'modelLoaded' | 'gpuMemory' | 'networks'>
  /** template features of networks asked for, by where they came from: memory, disk, made; absent without networks */
  readonly featureOrigins?: (() => Readonly<Record<string, number>>) | undefined
  readonly pool: Pick<WorkerPool<unknown, unknown>, 'queueLength' | 'running'>
  readonly caches: Readonly<Record<string, Pick<ArtifactCache<unknown>, 'stats' | 'resize' | 'clear'>>>
}

/** GET /api/v2/status, PUT and DELETE /api/v2/caches/{name}, and the same numbers as metrics. */
export function registerStatus({ app, metrics }: Service, source: StatusSource): void {
  const started = performance.now()
  const statsOf = (name: string): z.infer<typeof cacheStatsV2> => {
    const cache = source.caches[name]
    if (cache !== undefined) return cache.stats()
    throw new PlatformError('object.not_found', {
      detail: `no cache ${name}; there are ${Object.keys(source.caches).join(', ')}`,
    })
  }
  const caches = (): ServiceStatusV2['caches'] =>
    Object.fromEntries(Object.entries(source.caches).map(([name, cache]) => [name, cache.stats()]))

  app.get(
    '/api/v2/status',
    {
      schema: {
        summary: 'Version, engine, queue and caches of this service',
        tags: ['health'],
        response: { 200: serviceStatusV2 },
      },
    },
    () => ({
      version: source.version,
      uptimeSeconds: (performance.now() - started) / MILLISECONDS_PER_SECOND,
      ...source.engine(),
      queue: { waiting: source.pool.queueLength(), running: source.pool.running() },
      caches: caches(),
    }),
  )
  metrics.gauge('sextant_queue', 'Requests waiting and running', 'state', () => ({
    waiting: source.pool.queueLength(),
    running: source.pool.running(),
  }))
  if (source.featureOrigins !== undefined) {
    const help = 'Template features of networks by where they came from'
    metrics.gauge('sextant_network_features', help, 'origin', source.featureOrigins)
  }
  if (Object.keys(source.caches).length === 0) return
  const params = z.object({ name: z.string() })
  app.put(
    '/api/v2/caches/:name',
    {
      schema: {
        summary: 'Change the limits of a cache',
        tags: ['caches'],
        params,
        body: cacheLimitsV2,
        response: { 200: cacheStatsV2 },
      },
    },
    ({ params: { name }, body }) => {
      statsOf(name)
      const { maxEntries, maxBytes } = body
      source.caches[name]?.resize({
        ...(maxEntries === undefined ? {} : { maxEntries }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
      })
      return statsOf(name)
    },
  )
  app.delete(
    '/api/v2/caches/:name',
    { schema: { summary: 'Empty a cache', tags: ['caches'], params, response: { 200: cacheStatsV2 } } },
    ({ params: { name } }) => {
      statsOf(name)
      source.caches[name]?.clear()
      return statsOf(name)
    },
  )
  const byCache = (read: (stats: z.infer<typeof cacheStatsV2>) => number) => () =>
    Object.fromEntries(Object.entries(caches()).map(([name, stats]) => [name, read(stats)]))
  metrics.gauge(
    'sextant_cache_hits',
    'Requests answered from a cache',
    'cache',
    byCache((stats) => stats.hits),
  )
  metrics.gauge(
    'sextant_cache_misses',
    'Requests that had to load',
    'cache',
    byCache((stats) => stats.misses),
  )
  metrics.gauge(
    'sextant_cache_entries',
    'Things in a cache',
    'cache',
    byCache((stats) => stats.entries),
  )
  metrics.gauge(
    'sextant_cache_bytes',
    'Bytes in a cache',
    'cache',
    byCache((stats) => stats.bytes),
  )
}
