import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { ServerName } from '../config.ts'
import type { DependencyDriver } from './start-dependencies.ts'

export interface ProcessDriverOptions {
  /** the Node.js to run them with, and the environment they inherit */
  readonly node: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly urls: Readonly<Record<ServerName, string>>
  /** the built main module of a server */
  readonly moduleOf: (server: ServerName) => string
}

const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])
const FIRST_RESTART_MS = 300
const LONGEST_RESTART_MS = 10_000
/** A child that ran for so long was well; its next restart is quick again. */
const WELL_AFTER_MS = 60_000
const KILL_AFTER_MS = 10_000

/** The other servers as children of Main: started again when they end, ended with it. */
export function createProcessDriver(options: ProcessDriverOptions): DependencyDriver {
  const children = new Map<ServerName, ChildProcess>()
  const timers = new Set<NodeJS.Timeout>()
  let isClosed = false
  let onEnd: (fields: Record<string, unknown>) => void = () => undefined

  const launch = (server: ServerName, failures: number): void => {
    const { port } = new URL(options.urls[server])
    const started = performance.now()
    const child = spawn(options.node, ['--enable-source-maps', options.moduleOf(server)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        ...options.env,
        PORT: port,
        [`${server.toUpperCase()}_SERVER_PORT`]: port,
      },
    })
    children.set(server, child)
    child.once('exit', (code, signal) => {
      children.delete(server)
      if (isClosed) return
      const wasWell = performance.now() - started > WELL_AFTER_MS
      const delay = wasWell ? FIRST_RESTART_MS : Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** failures)
      onEnd({ server, code, signal, restartInMs: delay })
      const timer = setTimeout(() => {
        timers.delete(timer)
        if (!isClosed) launch(server, wasWell ? 0 : failures + 1)
      }, delay)
      timers.add(timer)
    })
  }
  return {
    name: 'process',
    start(server, log) {
      onEnd = (fields) => log(fields, 'a server ended and is started again')
      const url = new URL(options.urls[server])
      const module = options.moduleOf(server)
      if (!LOCAL.has(url.hostname)) return Promise.reject(new Error(`${url.hostname} is another machine`))
      if (!existsSync(module)) return Promise.reject(new Error('it is not built; run npm run build'))
      launch(server, 0)
      return Promise.resolve()
    },
    async close() {
      isClosed = true
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(
        [...children.values()].map(
          (child) =>
            new Promise<void>((resolve) => {
              const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
              child.once('exit', () => {
                clearTimeout(timer)
                resolve()
              })
              child.kill('SIGTERM')
            }),
        ),
      )
    },
  }
}
