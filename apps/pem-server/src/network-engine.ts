import { join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import type { Provider } from '@sextant/inference'
import { howToInstall, inspectModel } from '@sextant/models'
import { createWorkerPool, workerEntry } from '@sextant/service-kit'
import type { NetworkInfo, NetworkPosesResult, NetworkPosesTask, NetworkTask } from './network-task.ts'

/** SAM-6D's pose networks in a thread of their own. */
export interface NetworkEngine {
  /** null: not loaded */
  readonly info: () => NetworkInfo | null
  /** why it is not loaded, when loading was tried */
  readonly problem: () => string | null
  /** Loads once, whoever asks. @throws model.missing, model.load_failed */
  load(): Promise<NetworkInfo>
  unload(): Promise<void>
  /** @throws model.missing when it is not loaded and cannot be */
  poses(task: Omit<NetworkPosesTask, 'kind' | 'featureCacheDirectory'>): Promise<NetworkPosesResult>
  readonly queueLength: () => number
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
  const { modelsDir, providers } = config
  let loading: Promise<NetworkInfo> | null = null
  let info: NetworkInfo | null = null
  let problem: string | null = null
  const load = async (): Promise<NetworkInfo> => {
    try {
      const found = await inspectModel(modelsDir, 'pem')
      if (found.state !== 'ready') throw new PlatformError('model.missing', { detail: howToInstall('pem', found) })
      info = (await pool.run({ kind: 'load', modelsDir, providers, threads: config.networkThreads })) as NetworkInfo
      problem = null
      return info
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
      loading = null
      throw error
    }
  }
  const engine: NetworkEngine = {
    info: () => info,
    problem: () => problem,
    load: () => (loading ??= load()),
    async unload() {
      loading = null
      info = null
      await pool.run({ kind: 'unload' })
    },
    async poses(task) {
      await engine.load()
      const featureCacheDirectory = join(config.staticDir, 'cache', 'network-features')
      return (await pool.run({ kind: 'estimate', ...task, featureCacheDirectory })) as NetworkPosesResult
    },
    queueLength: () => pool.queueLength(),
    close: () => pool.close(),
  }
  return engine
}
