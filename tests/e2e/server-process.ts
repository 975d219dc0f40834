import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type ServerName = 'main' | 'ism' | 'pem' | 'render' | 'camera'

/** Addresses of the servers that are told of each other. */
export type ServerUrls = Readonly<Partial<Record<ServerName, string>>>

const HEALTH: Readonly<Record<ServerName, string>> = {
  main: '/health',
  ism: '/health',
  pem: '/api/v1/health',
  render: '/health',
  camera: '/camera/status',
}
const STEP_MS = 10

/** Starts a server as built, at its address in `urls`; it is up when `untilUp` resolves. */
export function spawnServer(
  name: ServerName,
  urls: ServerUrls,
  env: Readonly<Record<string, string>>,
  stdio: StdioOptions = ['ignore', 'ignore', 'inherit'],
): ChildProcess {
  const entry = fileURLToPath(new URL(`../../apps/${name}-server/dist/main.js`, import.meta.url))
  const addresses = { ISM_SERVER_URL: urls.ism, PEM_SERVER_URL: urls.pem, RENDER_SERVER_URL: urls.render }
  return spawn(process.execPath, [entry], {
    stdio,
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: new URL(urls[name] ?? '').port,
      AUTO_START_DEPENDENCIES: 'false',
      ...addresses,
      ...env,
    },
  })
}

/** @throws {Error} after `timeoutMs` */
export function untilUp(name: ServerName, urls: ServerUrls, timeoutMs: number): Promise<void> {
  return until(() => fetch(`${urls[name] ?? ''}${HEALTH[name]}`).then((answer) => answer.ok), timeoutMs)
}

/** Asks again and again; what throws is not true yet. @throws {Error} after `timeoutMs` */
export async function until(isTrue: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += STEP_MS) {
    if (await isTrue().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, STEP_MS))
  }
  throw new Error('waited too long')
}

/** Ends a server without a chance to tidy up. */
export async function killHard(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await gone
}
