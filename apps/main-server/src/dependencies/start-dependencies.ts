import type { RemoteClient } from '@sextant/client'
import type { ServerName } from '../config.ts'

export type DependencyLog = (fields: Record<string, unknown>, message: string) => void

/** Brings a server up, somehow. */
export interface DependencyDriver {
  readonly name: string
  /** @throws when it cannot */
  start(server: ServerName, log: DependencyLog): Promise<void>
  close(): Promise<void>
}

/** What became of each server when Main started; shown in its status. */
export type StartState = 'not_asked' | 'checking' | 'already_running' | 'starting' | 'started' | `failed: ${string}`

export interface DependencyStarter {
  readonly states: () => Readonly<Record<ServerName, StartState>>
  /** Never throws: Main answers without the others, and says which are missing. */
  run(): Promise<void>
  close(): Promise<void>
}

export interface StarterOptions {
  /** null: nothing is started */
  readonly driver: DependencyDriver | null
  readonly remotes: Readonly<Record<ServerName, Pick<RemoteClient, 'get'>>>
  readonly healthUrls: Readonly<Record<ServerName, string>>
  readonly log: DependencyLog
}

const SERVERS: readonly ServerName[] = ['ism', 'pem', 'render']
const HEALTH_TIMEOUT_MS = 3000
const POLL_MS = 200
/** As long as the original waited: three checks three seconds apart, and the time they take. */
const START_TIMEOUT_MS = 15_000

/** Asks every server for its health first, and starts those that do not answer. */
export function createDependencyStarter({ driver, remotes, healthUrls, log }: StarterOptions): DependencyStarter {
  const states: Record<ServerName, StartState> = { ism: 'not_asked', pem: 'not_asked', render: 'not_asked' }
  let isClosed = false
  const isHealthy = async (server: ServerName): Promise<boolean> => {
    try {
      return (await remotes[server].get(healthUrls[server], HEALTH_TIMEOUT_MS)).status === 200
    } catch {
      return false
    }
  }
  const bringUp = async (server: ServerName, starter: DependencyDriver): Promise<void> => {
    states[server] = 'checking'
    if (await isHealthy(server)) {
      states[server] = 'already_running'
      return
    }
    states[server] = 'starting'
    try {
      await starter.start(server, log)
      const deadline = performance.now() + START_TIMEOUT_MS
      while (!(await isHealthy(server))) {
        if (isClosed || performance.now() > deadline) throw new Error('it does not answer')
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      }
      states[server] = 'started'
    } catch (error) {
      states[server] = `failed: ${error instanceof Error ? error.message : String(error)}`
    }
    log({ server, driver: starter.name, state: states[server] }, 'dependency')
  }
  return {
    states: () => states,
    async run() {
      if (driver !== null) await Promise.all(SERVERS.map((server) => bringUp(server, driver)))
    },
    async close() {
      isClosed = true
      await driver?.close()
    },
  }
}
