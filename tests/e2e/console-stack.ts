import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'

const NAMES = ['render', 'ism', 'pem', 'main', 'camera'] as const
export type ServerName = (typeof NAMES)[number]

/** The real servers, as built, on free ports and a static folder of their own. */
export interface ConsoleStack {
  readonly urls: Readonly<Record<ServerName, string>>
  readonly staticRoot: string
  /** Ends a server without a chance to tidy up. */
  kill(name: ServerName): Promise<void>
  start(name: ServerName): Promise<void>
  close(): Promise<void>
}

export async function startConsoleStack(): Promise<ConsoleStack> {
  const staticRoot = await mkdtemp(join(tmpdir(), 'sextant-console-'))
  const urls = Object.fromEntries(
    await Promise.all(NAMES.map(async (name) => [name, `http://127.0.0.1:${await freePort()}`] as const)),
  ) as Record<ServerName, string>
  const children = new Map<ServerName, ChildProcess>()
  const stack: ConsoleStack = {
    urls,
    staticRoot,
    async start(name) {
      const entry = fileURLToPath(new URL(`../../apps/${name}-server/dist/main.js`, import.meta.url))
      const child = spawn(process.execPath, [entry], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          ...process.env,
          HOST: '127.0.0.1',
          PORT: new URL(urls[name]).port,
          SEXTANT_STATIC_DIR: staticRoot,
          LOG_LEVEL: 'ERROR',
          LOG_TO_FILE: 'false',
          AUTO_START_DEPENDENCIES: 'false',
          CAMERA_FPS: '2',
          ISM_SERVER_URL: urls.ism,
          PEM_SERVER_URL: urls.pem,
          RENDER_SERVER_URL: urls.render,
          RSS_BASE_URL: urls.camera,
        },
      })
      children.set(name, child)
      const health = name === 'pem' ? '/api/v1/health' : name === 'camera' ? '/camera/status' : '/health'
      await until(() => fetch(urls[name] + health).then(({ ok }) => ok))
    },
    async kill(name) {
      const child = children.get(name)
      if (child === undefined) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      children.delete(name)
    },
    async close() {
      for (const name of NAMES) await stack.kill(name)
      await rm(staticRoot, { recursive: true, force: true })
    },
  }
  for (const name of NAMES) await stack.start(name)
  return stack
}

const CHROMIUM = '/usr/bin/chromium'

/** Why there is no browser to test with; null: there is one. */
export const noBrowser = existsSync(CHROMIUM) ? null : `${CHROMIUM} is not there: apt-get install chromium`

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

const STEP_MS = 50
const STEPS = 1200

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let k = 0; k < STEPS; k++) {
    if (await isTrue().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, STEP_MS))
  }
  throw new Error('a server did not start')
}
