import type { ServiceStatusV2 } from '@sextant/contracts'
import type { NetworkHost } from './network-host.ts'

export type EngineName = 'geometric' | 'sam6d'

type EngineStatus = Pick<ServiceStatusV2, 'engine' | 'device' | 'modelLoaded' | 'gpuMemory' | 'networks'>

/**
 * The engine that answers requests which name none; `auto` takes the networks once they are loaded.
 *
 * @param network  null: the service runs without networks
 */
export function engineInUse(configured: EngineName | 'auto', network: Pick<NetworkHost, 'info'> | null): EngineName {
  if (configured !== 'auto') return configured
  return network !== null && network.info() !== null ? 'sam6d' : 'geometric'
}

/** What a service says about its engine in `GET /api/v2/status`. */
export function engineStatusOf(
  configured: EngineName | 'auto',
  network: Pick<NetworkHost, 'info' | 'problem'> | null,
): EngineStatus {
  const engine = engineInUse(configured, network)
  const info = network?.info() ?? null
  const networks = network === null ? null : { refusals: [...(info?.refusals ?? [])], problem: network.problem() }
  if (engine === 'geometric') return { engine, device: 'cpu', modelLoaded: true, gpuMemory: null, networks }
  return { engine, device: info?.provider ?? null, modelLoaded: info !== null, gpuMemory: null, networks }
}
