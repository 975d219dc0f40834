import type { NetworkHost, NetworkInfo } from './network-host.ts'

/** What is used of a service's log. */
export interface NetworkLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/**
 * Loads networks while the service answers already, and says in one line of its log how that went. Never rejects: what is
 * wrong is in the status, and every request that needs the networks is told.
 */
export async function announceNetworks(network: Pick<NetworkHost, 'load'>, log: NetworkLog): Promise<void> {
  try {
    const info = await network.load()
    if (info.refusals.length === 0) log.info(info, describeLoading(info))
    else log.warn(info, describeLoading(info))
  } catch (error) {
    log.warn({}, error instanceof Error ? error.message : String(error))
  }
}

/** One line: where networks run, and which providers were passed over. */
function describeLoading({ provider, refusals, loadingSeconds, warmUpSeconds }: NetworkInfo): string {
  const seconds = `${loadingSeconds.toFixed(1)} s, run once in ${warmUpSeconds.toFixed(1)} s`
  const loaded = `networks loaded on ${provider} in ${seconds}`
  return refusals.length === 0 ? loaded : `${loaded}; passed over: ${refusals.join('; ')}`
}
