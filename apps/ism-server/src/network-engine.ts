import { join } from 'node:path'
import type { Provider } from '@sextant/inference'
import type { CacheOrigin } from '@sextant/library'
import { createNetworkHost, type NetworkHost, type NetworkInfo } from '@sextant/models'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { NetworkDetectResult, NetworkDetectTask, NetworkTask } from './network-task.ts'

/** SAM or FastSAM, and DINOv2, in a thread of their own. */
export interface NetworkEngine extends NetworkHost {
  /** @throws model.missing when they are not loaded and cannot be */
  detect(task: Omit<NetworkDetectTask, 'kind' | 'mode'>): Promise<NetworkDetectResult>
  /** objects asked for, by where their template descriptors came from */
  readonly featureOrigins: () => Readonly<Record<CacheOrigin, number>>
  close(): Promise<void>
}

export interface NetworkEngineConfig {
  readonly modelsDir: string
  readonly staticDir: string
  readonly providers: readonly Provider[]
  readonly networkThreads: number
  readonly queueMax: number
  readonly proposals: string
  readonly descriptor: string
  readonly sam6dMode: 'corrected' | 'parity'
}

export function createNetworkEngine(config: NetworkEngineConfig): NetworkEngine {
  const pool = createWorkerPool<NetworkTask, NetworkInfo | NetworkDetectResult | null>({
    entry: workerEntry(import.meta.url, 'network'),
    threads: 1,
    maxQueue: config.queueMax,
  })
  const { modelsDir, providers, networkThreads: threads, proposals, descriptor, sam6dMode: mode } = config
  const names = { proposals, descriptor }
  const featureCacheDirectory = join(config.staticDir, 'cache', 'network-features')
  const origins = { memory: 0, disk: 0, made: 0 }
  const host = createNetworkHost(modelsDir, [proposals, descriptor], {
    load: async () =>
      (await pool.run({ kind: 'load', modelsDir, names, providers, threads, featureCacheDirectory })) as NetworkInfo,
    async unload() {
      await pool.run({ kind: 'unload' })
    },
  })
  return {
    ...host,
    featureOrigins: () => origins,
    async detect(task) {
      await host.load()
      const result = (await pool.run({ kind: 'detect', ...task, mode })) as NetworkDetectResult
      origins[result.origin]++
      return result
    },
    close: () => pool.close(),
  }
}
