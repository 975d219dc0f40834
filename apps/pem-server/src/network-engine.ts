import { join } from 'node:path'
import type { Provider } from '@sextant/inference'
import { createNetworkHost, type NetworkHost, type NetworkInfo } from '@sextant/models'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { NetworkPosesResult, NetworkPosesTask, NetworkTask } from './network-task.ts'

/** SAM-6D's pose networks in a thread of their own. */
export interface NetworkEngine extends NetworkHost {
  /** @throws model.missing when they are not loaded and cannot be */
  poses(task: Omit<NetworkPosesTask, 'kind' | 'featureCacheDirectory'>): Promise<NetworkPosesResult>
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
  const host = createNetworkHost(modelsDir, ['pem'], {
    load: async () => (await pool.run({ kind: 'load', modelsDir, providers, threads })) as NetworkInfo,
    async unload() {
      await pool.run({ kind: 'unload' })
    },
  })
  const featureCacheDirectory = join(config.staticDir, 'cache', 'network-features')
  return {
    ...host,
    async poses(task) {
      await host.load()
      return (await pool.run({ kind: 'estimate', ...task, featureCacheDirectory })) as NetworkPosesResult
    },
    close: () => pool.close(),
  }
}
