// Starts the four built servers as child processes and waits until they answer. Used by demo and bench.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Dependencies first: Main is ready when everything behind it is. */
export const SERVICES = [
  { name: 'render', port: 8004, portVariable: 'RENDER_SERVER_PORT', health: '/health' },
  { name: 'ism', port: 8002, portVariable: 'ISM_SERVER_PORT', health: '/health' },
  { name: 'pem', port: 8003, portVariable: 'PEM_SERVER_PORT', health: '/api/v1/health' },
  { name: 'main', port: 8001, portVariable: 'PORT', health: '/health' },
]

/** A port nobody listens on at this moment. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/**
 * @param {{ ports?: Record<string, number>, env?: Record<string, string>, onExit?: (name: string, code: number | null) => void, stdio?: 'inherit' | 'ignore' }} options
 * @returns urls by name, and stop()
 */
export async function startServices({ ports = {}, env = {}, onExit = () => {}, stdio = 'inherit' } = {}) {
  const portOf = (service) => ports[service.name] ?? Number(env[service.portVariable] ?? service.port)
  const urls = Object.fromEntries(SERVICES.map((service) => [service.name, `http://127.0.0.1:${portOf(service)}`]))
  const children = new Map()
  let isStopping = false
  for (const service of SERVICES) {
    const child = spawn(process.execPath, ['--enable-source-maps', `${root}apps/${service.name}-server/dist/main.js`], {
      stdio: ['ignore', stdio, 'inherit'],
      env: {
        // Only warnings: one line a service says where it listens.
        LOG_LEVEL: 'WARNING',
        LOG_TO_FILE: 'false',
        AUTO_START_DEPENDENCIES: 'false',
        ...process.env,
        ISM_SERVER_URL: urls.ism,
        PEM_SERVER_URL: urls.pem,
        RENDER_SERVER_URL: urls.render,
        ...env,
        PORT: String(portOf(service)),
      },
    })
    children.set(service.name, child)
    child.on('exit', (code) => {
      children.delete(service.name)
      if (!isStopping) onExit(service.name, code)
    })
  }
  const stop = async () => {
    isStopping = true
    await Promise.all(
      [...children.values()].map(
        (child) =>
          new Promise((resolve) => {
            const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
            child.once('exit', () => {
              clearTimeout(timer)
              resolve()
            })
            child.kill('SIGTERM')
          }),
      ),
    )
  }
  try {
    await Promise.all(
      SERVICES.map((service) => waitForHealth(service.name, urls[service.name] + service.health, children)),
    )
  } catch (error) {
    await stop()
    throw error
  }
  return { urls, stop, pids: Object.fromEntries([...children].map(([name, child]) => [name, child.pid])) }
}

async function waitForHealth(name, url, children) {
  const deadline = Date.now() + 30_000
  while (Date.now() < deadline) {
    if (!children.has(name)) throw new Error(`the ${name} server ended while starting; its message is above`)
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2000) })
      if (answer.ok) return
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the ${name} server does not answer at ${url}`)
}
