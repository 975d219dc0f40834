import { PlatformError, type EngineChoiceV2, type EngineNameV2, type ServiceStatusV2 } from '@sextant/contracts'
import type { NetworkHost } from './network-host.ts'

type EngineStatus = Pick<ServiceStatusV2, 'engine' | 'device' | 'modelLoaded' | 'gpuMemory' | 'networks'>

/**
 * The engine that answers; `auto` takes the networks once they are loaded.
 *
 * @param choice   what a request asks for, or what is configured for those that ask for none
 * @param network  null: the service runs without networks
 */
export function engineInUse(choice: EngineChoiceV2, network: Pick<NetworkHost, 'info'> | null): EngineNameV2 {
  if (choice !== 'auto') return choice
  return network !== null && network.info() !== null ? 'sam6d' : 'geometric'
}

/**
 * The networks when they are to answer, null when the geometric engine is.
 *
 * @param variable  by which the service is told to run them
 * @throws {PlatformError} engine.unavailable
 */
export function networkInUse<N extends Pick<NetworkHost, 'info'>>(
  choice: EngineChoiceV2,
  network: N | null,
  variable: string,
): N | null {
  if (engineInUse(choice, network) === 'geometric') return null
  if (network !== null) return network
  const detail = `The server runs without the sam6d engine; start it with ${variable}=sam6d or auto.`
  throw new PlatformError('engine.unavailable', { detail })
}

/** What a service says about its engine in `GET /api/v2/status`. */
export function engineStatusOf(
  configured: EngineChoiceV2,
  network: Pick<NetworkHost, 'info' | 'problem'> | null,
): EngineStatus {
  const engine = engineInUse(configured, network)
  const info = network?.info() ?? null
  const networks = network === null ? null : { refusals: [...(info?.refusals ?? [])], problem: network.problem() }
  if (engine === 'geometric') return { engine, device: 'cpu', modelLoaded: true, gpuMemory: null, networks }
  return { engine, device: info?.provider ?? null, modelLoaded: info !== null, gpuMemory: null, networks }
}
