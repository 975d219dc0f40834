import { join } from 'node:path'
import type { Provider } from '@sextant/inference'
import type { CacheOrigin } from '@sextant/library'
import { createNetworkHost, type NetworkHost, type NetworkInfo } from '@sextant/models'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { NetworkPosesResult, NetworkPosesTask, NetworkTask } from './network-task.ts'

/** SAM-6D's pose networks in a thread of their own. */
export interface NetworkEngine extends NetworkHost {
  /** @throws model.missing when they are not loaded and cannot be */
  poses(task: Omit<NetworkPosesTask, 'kind'>): Promise<NetworkPosesResult>
  /** objects asked for, by where their template features came from */
  readonly featureOrigins: () => Readonly<Record<CacheOrigin, number>>
  close(): Promise<void>
}

export interface NetworkEngineConfig {
  readonly modelsDir: string
  readonly staticDir: string
  readonly providers: readonly Provider[]
  readonly networkThreads: number
  readonly queueMax: number
}

export function createNetworkEngine(config: NetworkEngineConfig): NetworkEngine {
  const pool = createWorkerPool<NetworkTask, NetworkInfo | NetworkPosesResult | null>({
    entry: workerEntry(import.meta.url, 'network'),
    threads: 1,
    maxQueue: config.queueMax,
  })
  const { modelsDir, providers, networkThreads: threads } = config
  const featureCacheDirectory = join(config.staticDir, 'cache', 'network-features')
  const origins = { memory: 0, disk: 0, made: 0 }
  const host = createNetworkHost(modelsDir, ['pem'], {
    load: async () =>
      (await pool.run({ kind: 'load', modelsDir, providers, threads, featureCacheDirectory })) as NetworkInfo,
    async unload() {
      await pool.run({ kind: 'unload' })
    },
  })
  return {
    ...host,
    featureOrigins: () => origins,
    async poses(task) {
      await host.load()
      const result = (await pool.run({ kind: 'estimate', ...task })) as NetworkPosesResult
      origins[result.origin]++
      return result
    },
    close: () => pool.close(),
  }
}
