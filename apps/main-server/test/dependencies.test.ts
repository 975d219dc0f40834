import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RemoteClient } from '@sextant/client'
import { freePort } from '@sextant/testkit'
import { afterEach, expect, it } from 'vitest'
import { createComposeDriver } from '../src/dependencies/compose-driver.ts'
import { createProcessDriver } from '../src/dependencies/process-driver.ts'
import { createDependencyStarter, type DependencyDriver } from '../src/dependencies/start-dependencies.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function setUp(driver: (urls: Record<'ism' | 'pem' | 'render', string>) => DependencyDriver | null) {
  const url = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`
  const urls = { ism: await url(), pem: await url(), render: await url() }
  const client = new RemoteClient({ name: 'test', url: urls.ism, timeoutMs: 1000 })
  const lines: string[] = []
  const starter = createDependencyStarter({
    driver: driver(urls),
    remotes: { ism: client, pem: client, render: client },
    healthUrls: urls,
    log: (fields, message) => lines.push(`${message} ${String(fields.server)}`),
  })
  closers.push(() => client.close(), () => starter.close()) // prettier-ignore
  return { starter, urls, lines }
}

/** A server that answers everything, and its own process id. */
async function tinyServer(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-child-'))
  closers.push(() => rm(folder, { recursive: true }))
  const file = join(folder, 'main.mjs')
  await writeFile(file, `import { createServer } from 'node:http'
createServer((_, response) => response.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1')
process.on('disconnect', () => process.exit())`) // prettier-ignore
  return file
}

it('starts what is not there, starts it again when it is killed, and ends it with Main', async () => {
  const file = await tinyServer()
  const { starter, urls, lines } = await setUp((found) =>
    createProcessDriver({ node: process.execPath, env: process.env, urls: found, moduleOf: () => file }),
  )
  await starter.run()
  expect(starter.states()).toEqual({ ism: 'started', pem: 'started', render: 'started' })
  const pid = async (): Promise<number> => Number(await fetch(urls.pem).then((answer) => answer.text()))
  const first = await pid()
  process.kill(first, 'SIGKILL')
  let second = first
  for (let k = 0; k < 50 && second === first; k++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    second = await pid().catch(() => first)
  }
  expect(second).not.toBe(first)
  expect(lines).toContain('a server ended and is started again pem')
  await starter.close()
  await expect(pid()).rejects.toThrow()
})

it('leaves alone what answers already, and says what it cannot start', async () => {
  const file = await tinyServer()
  const env = process.env
  const running = await setUp((urls) =>
    createProcessDriver({ node: process.execPath, env, urls, moduleOf: () => file }),
  )
  await running.starter.run()
  const client = new RemoteClient({ name: 'test', url: running.urls.ism, timeoutMs: 1000 })
  closers.push(() => client.close())
  const far = { ...running.urls, render: 'http://192.0.2.1:8004' }
  const again = createDependencyStarter({
    driver: createProcessDriver({ node: process.execPath, env, urls: far, moduleOf: () => '/nowhere/main.js' }),
    remotes: { ism: client, pem: client, render: { get: () => Promise.reject(new Error('far away')) } },
    healthUrls: running.urls,
    log: () => undefined,
  })
  await again.run()
  expect(again.states()).toEqual({
    ism: 'already_running',
    pem: 'already_running',
    render: 'failed: 192.0.2.1 is another machine',
  })
})

it('never throws: without a driver nothing is asked, without Docker the failure is told', async () => {
  const none = await setUp(() => null)
  await none.starter.run()
  expect(none.starter.states().ism).toBe('not_asked')
  const compose = await setUp(() => createComposeDriver('/nowhere/docker-compose.yml'))
  await compose.starter.run()
  expect(compose.starter.states().ism).toMatch(/^failed: /)
})
