import { freePort } from '@sextant/testkit/free-port'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { killHard, spawnServer, untilUp, type ServerName } from './server-process.ts'

const NAMES: readonly ServerName[] = ['render', 'ism', 'pem', 'main', 'camera']
const ENV = { LOG_LEVEL: 'ERROR', LOG_TO_FILE: 'false', CAMERA_FPS: '2' }
/** Longest wait for a server, ms. */
const PATIENCE_MS = 60_000

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
      children.set(name, spawnServer(name, urls, { ...ENV, SEXTANT_STATIC_DIR: staticRoot, RSS_BASE_URL: urls.camera }))
      await untilUp(name, urls, PATIENCE_MS)
    },
    async kill(name) {
      const child = children.get(name)
      if (child === undefined) return
      await killHard(child)
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
