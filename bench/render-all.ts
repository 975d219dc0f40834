// Times `render-templates-all` of Main and Render over a class of CAD files, as built:
// `npx tsx bench/render-all.ts [folder of .ply] [--kill]`. Default: the 21 objects of YCB-V, anew and when all is there;
// with `--kill` the Render server is killed (-9) once a third of the sets is there, and started again.
import { isTemplateSetComplete } from '@sextant/library'
import { freePort } from '@sextant/testkit'
import { once } from 'node:events'
import { spawn, type ChildProcess } from 'node:child_process'
import { parseArgs } from 'node:util'
import { copyFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const { positionals, values: flags } = parseArgs({ allowPositionals: true, options: { kill: { type: 'boolean' } } })
const folder = positionals[0] ?? fileURLToPath(new URL('../../shared/data/meshes/ycbv', import.meta.url))
const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ply')).sort()
if (names.length === 0) throw new Error(`no .ply files in ${folder}`)

interface Answer {
  readonly message: string
}

const root = await mkdtemp(join(tmpdir(), 'sextant-render-all-'))
const ports = { main: await freePort(), render: await freePort() }
const start = (name: 'main' | 'render'): ChildProcess =>
  spawn(process.execPath, [fileURLToPath(new URL(`../apps/${name}-server/dist/main.js`, import.meta.url))], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      PORT: String(ports[name]),
      SEXTANT_STATIC_DIR: root,
      LOG_LEVEL: 'SILENT',
      LOG_TO_FILE: 'false',
      AUTO_START_DEPENDENCIES: 'false',
      RENDER_SERVER_URL: `http://127.0.0.1:${ports.render}`,
    },
  })
const servers = { render: start('render'), main: start('main') }

async function untilUp(port: number): Promise<void> {
  while (
    !(await fetch(`http://127.0.0.1:${port}/health`).then(
      (answer) => answer.ok,
      () => false,
    ))
  )
    await delay(20)
}

interface Job {
  readonly status: string
  readonly attempts: number
}

const jobs = async (): Promise<Job[]> =>
  ((await fetch(`http://127.0.0.1:${ports.render}/api/v2/jobs`).then((answer) => answer.json())) as { jobs: Job[] })
    .jobs

const setOf = (name: string): string => join(root, 'templates/bench', name.slice(0, -'.ply'.length))

const completeSets = async (): Promise<number> =>
  (await Promise.all(names.map((name) => isTemplateSetComplete(setOf(name))))).filter(Boolean).length

/** When each set that is there was published: one that is rendered again gets a new manifest. */
async function publishedSets(): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  for (const name of names) {
    const manifest = await stat(join(setOf(name), 'manifest.json')).catch(() => null)
    if (manifest !== null) times.set(name, manifest.mtimeMs)
  }
  return times
}

/** Kills Render once a third of the sets is there, and starts it again. @returns what was published when it died */
async function killInTheMiddle(): Promise<Map<string, number>> {
  while ((await publishedSets()).size < names.length / 3) await delay(20)
  const { render } = servers
  const died = once(render, 'exit')
  render.kill('SIGKILL')
  await died
  const published = await publishedSets()
  servers.render = start('render')
  return published
}

async function renderAllKilled(): Promise<void> {
  const [before] = await Promise.all([killInTheMiddle(), renderAll('killed once')])
  const after = await publishedSets()
  const again = [...before].filter(([name, time]) => after.get(name) !== time).length
  const entries = await readdir(join(root, 'templates/bench'))
  const left = entries.filter((name) => name.startsWith('.')).length
  const table = await jobs()
  const begunAgain = table.filter(({ attempts }) => attempts > 1).length
  const notDone = table.filter(({ status }) => status !== 'succeeded').length
  console.log(
    `published when killed: ${before.size}; of these rendered again: ${again}; half-written folders left: ${left}`,
  )
  console.log(`job table: ${table.length} jobs, ${begunAgain} interrupted and begun again, ${notDone} not succeeded`)
}

async function renderAll(title: string): Promise<void> {
  const started = performance.now()
  const response = await fetch(`http://127.0.0.1:${ports.main}/api/v1/workflow/render-templates-all`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ class_name: 'bench' }),
  })
  const { message } = (await response.json()) as Answer
  const seconds = (performance.now() - started) / 1000
  const rate = (names.length / seconds).toFixed(2)
  console.log(`${title.padEnd(12)} ${seconds.toFixed(2)} s, ${rate} objects/s: ${message}`)
}

try {
  await mkdir(join(root, 'meshes/bench'), { recursive: true })
  let bytes = 0
  for (const name of names) {
    await copyFile(join(folder, name), join(root, 'meshes/bench', name))
    bytes += (await stat(join(folder, name))).size
  }
  await Promise.all([untilUp(ports.main), untilUp(ports.render)])
  const load = loadavg()[0]?.toFixed(1) ?? ''
  console.log(
    `${names.length} objects, ${(bytes / 2 ** 20).toFixed(1)} MiB, ${availableParallelism()} cores, load ${load}`,
  )
  if (flags.kill === true) await renderAllKilled()
  else {
    await renderAll('all anew')
    await renderAll('all there')
  }
  console.log(`complete sets: ${await completeSets()}/${names.length}`)
} finally {
  for (const server of Object.values(servers)) server.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
}
