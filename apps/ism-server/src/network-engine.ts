import { join } from 'node:path'
import type { Provider } from '@sextant/inference'
import { createNetworkHost, type NetworkHost, type NetworkInfo } from '@sextant/models'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { NetworkDetectResult, NetworkDetectTask, NetworkTask } from './network-task.ts'

/** SAM and DINOv2 in a thread of their own. */
export interface NetworkEngine extends NetworkHost {
  /** @throws model.missing when they are not loaded and cannot be */
  detect(task: Omit<NetworkDetectTask, 'kind' | 'featureCacheDirectory' | 'mode'>): Promise<NetworkDetectResult>
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
  const host = createNetworkHost(modelsDir, [proposals, descriptor], {
    load: async () => (await pool.run({ kind: 'load', modelsDir, names, providers, threads })) as NetworkInfo,
    async unload() {
      await pool.run({ kind: 'unload' })
    },
  })
  const featureCacheDirectory = join(config.staticDir, 'cache', 'network-features')
  return {
    ...host,
    async detect(task) {
      await host.load()
      return (await pool.run({ kind: 'detect', ...task, mode, featureCacheDirectory })) as NetworkDetectResult
    },
    close: () => pool.close(),
  }
}
