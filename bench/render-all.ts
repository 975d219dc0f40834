// Times `render-templates-all` of Main and Render over a class of CAD files, as built, again when all is there, and anew
// with the Render server killed (-9) in the middle and started again: `npx tsx bench/render-all.ts [folder of .ply]`.
// Default: the 21 objects of YCB-V.
import { isTemplateSetComplete } from '@sextant/library'
import { freePort } from '@sextant/testkit'
import { spawn, type ChildProcess } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../shared/data/meshes/ycbv', import.meta.url))
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

/** Kills Render once a third of the sets is there, and starts it again. */
async function killInTheMiddle(): Promise<void> {
  while ((await completeSets()) < names.length / 3) await delay(50)
  servers.render.kill('SIGKILL')
  await delay(500)
  servers.render = start('render')
}

const completeSets = async (): Promise<number> => {
  const sets = names.map((name) => join(root, 'templates/bench', name.slice(0, -'.ply'.length)))
  return (await Promise.all(sets.map((set) => isTemplateSetComplete(set)))).filter(Boolean).length
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
  await renderAll('all anew')
  await renderAll('all there')
  console.log(`complete sets: ${await completeSets()}/${names.length}`)
  await rm(join(root, 'templates'), { recursive: true })
  const before = (await jobs()).length
  await Promise.all([renderAll('killed once'), killInTheMiddle()])
  const after = (await jobs()).slice(0, -before || undefined)
  const again = after.filter(({ attempts }) => attempts > 1).length
  const failed = after.filter(({ status }) => status !== 'succeeded').length
  console.log(
    `complete sets: ${await completeSets()}/${names.length}; of ${after.length} jobs ${again} begun again, ${failed} not done`,
  )
} finally {
  for (const server of Object.values(servers)) server.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
}
