import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ServerName } from '../config.ts'
import type { DependencyDriver } from './start-dependencies.ts'

const run = promisify(execFile)
const TIMEOUT_MS = 60_000
/** The plug-in of today, then the program of old. */
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['docker', ['compose']],
  ['docker-compose', []],
]

/** The other servers as containers: `docker compose up -d ism-server`. @param file  compose file */
export function createComposeDriver(file: string): DependencyDriver {
  return {
    name: 'compose',
    async start(server: ServerName) {
      let failure: unknown
      for (const [command, prefix] of COMMANDS) {
        try {
          await run(command, [...prefix, '-f', file, 'up', '-d', `${server}-server`], { timeout: TIMEOUT_MS })
          return
        } catch (error) {
          failure ??= error
        }
      }
      const { message = '' } = failure as Partial<Error>
      throw new Error(message.split('\n')[0])
    },
    close: () => Promise.resolve(),
  }
}
