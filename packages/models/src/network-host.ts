import { PlatformError } from '@sextant/contracts'
import type { Provider } from '@sextant/inference'
import { howToInstall, inspectModel } from './installed-model.ts'

/** What is to be said about loaded networks. */
export interface NetworkInfo {
  readonly provider: Provider
  /** why providers before it in the order were not taken */
  readonly refusals: readonly string[]
  /** of those networks whose parameters are known */
  readonly parameters: number
  readonly loadingSeconds: number
  /** of the one run of each before the first request */
  readonly warmUpSeconds: number
}

/** Networks of one service: loaded once, by whoever asks first. */
export interface NetworkHost {
  /** null: not loaded */
  readonly info: () => NetworkInfo | null
  /** why it is not loaded, when loading was tried */
  readonly problem: () => string | null
  /** @throws model.missing, model.load_failed */
  load(): Promise<NetworkInfo>
  unload(): Promise<void>
}

/**
 * @param names   networks that have to be installed
 * @param worker  where they are loaded
 */
export function createNetworkHost(
  modelsDir: string,
  names: readonly string[],
  worker: { load(): Promise<NetworkInfo>; unload(): Promise<void> },
): NetworkHost {
  let loading: Promise<NetworkInfo> | null = null
  let info: NetworkInfo | null = null
  let problem: string | null = null
  const load = async (): Promise<NetworkInfo> => {
    try {
      for (const name of names) {
        const found = await inspectModel(modelsDir, name)
        if (found.state !== 'ready') throw new PlatformError('model.missing', { detail: howToInstall(name, found) })
      }
      info = await worker.load()
      problem = null
      return info
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
      loading = null
      throw error
    }
  }
  return {
    info: () => info,
    problem: () => problem,
    load: () => (loading ??= load()),
    async unload() {
      loading = null
      info = null
      await worker.unload()
    },
  }
}
