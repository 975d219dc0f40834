// Health check of the image: asks the service that runs in this container whether it is alive.
import { readdirSync, readFileSync } from 'node:fs'
import { SERVICES } from './services.mjs'

/** Name of the service, from the command line of the process that run.mjs became. */
function runningService() {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const at = words.findIndex((word) => word.endsWith('deploy/image/run.mjs'))
      if (at >= 0 && words[0]?.endsWith('node')) return words[at + 1] || 'main'
    } catch {
      // ended meanwhile, or another user's
    }
  }
  return 'main'
}

const { port, portVariables } = SERVICES[runningService()] ?? SERVICES.main
const given = portVariables.map((name) => process.env[name]).find((value) => value !== undefined && value !== '')
const answer = await fetch(`http://127.0.0.1:${given ?? port}/health/live`, {
  signal: AbortSignal.timeout(4000),
}).catch(() => null)
process.exit(port === null || answer?.ok === true ? 0 : 1)
