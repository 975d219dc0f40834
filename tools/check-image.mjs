// Checks, without Docker, that what the Dockerfile ships is enough: copies the same files into an empty folder, installs
// there, resolves every import of the built code, starts each service through the image's entry point, asks the image's
// health check, and poses the bundled example.
// usage: npm run build && node tools/check-image.mjs [--keep]
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, env, execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { SERVICES } from '../deploy/image/services.mjs'
import { copyImageFiles, IMAGE_APPS } from './image-files.mjs'
import { freePort } from './services.mjs'

const MEBIBYTE = 1024 * 1024
const START_TIMEOUT_MS = 60_000
const root = fileURLToPath(new URL('..', import.meta.url))
// The real path: Node.js names modules by it.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sextant-image-')))
const image = join(folder, 'app')
const data = join(folder, 'data')
const children = []

try {
  copyImageFiles(image)
  const filesSize = sizeOf(image)
  const started = performance.now()
  const { status } = spawnSync(execPath, [join(root, 'tools/install-image.mjs'), image], { stdio: 'inherit' })
  if (status !== 0) throw new Error('npm ci failed')
  console.log(`files ${mb(filesSize)}, with packages ${mb(sizeOf(image))}, npm ci ${seconds(started)}`)
  console.log(`${checkImports()} imports of npm packages resolve`)
  const urls = await startAll()
  console.log(`${Object.keys(urls).join(', ')}: healthy`)
  await poseExample(urls.main)
  const { status: helped } = spawnSync(execPath, [join(image, 'deploy/image/run.mjs'), 'cli', '--help'])
  if (helped !== 0) throw new Error('the command does not start')
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await Promise.all(children.map(stop))
  if (argv.includes('--keep')) console.log(`kept: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}

/** Every package named in the built code is one that the folder has. @returns how many */
function checkImports() {
  const missing = new Set()
  const found = new Set()
  for (const app of IMAGE_APPS) {
    const dist = join(image, 'apps', app, 'dist')
    for (const file of readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'))) {
      const { resolve } = createRequire(join(dist, file))
      const text = readFileSync(join(dist, file), 'utf8')
      // As esbuild writes them: a statement at the start of a line, or import("...") anywhere.
      for (const [, plain, dynamic] of text.matchAll(
        /^(?:import|export)\b[^\n]*?"([^"]+)";?$|\bimport\("([^"]+)"\)/gm,
      )) {
        const name = plain ?? dynamic
        if (name.startsWith('.') || name.startsWith('node:') || builtinModules.includes(name)) continue
        try {
          resolve(name)
          found.add(name)
        } catch (error) {
          // Packages for import alone are there, too.
          if (error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') found.add(name)
          else missing.add(`${name} (${app}/dist/${file})`)
        }
      }
    }
  }
  if (missing.size > 0) throw new Error(`missing packages:\n  ${[...missing].join('\n  ')}`)
  return found.size
}

async function startAll() {
  mkdirSync(join(data, 'static/meshes'), { recursive: true })
  cpSync(join(image, 'examples/meshes/example'), join(data, 'static/meshes/example'), { recursive: true })
  const names = Object.keys(SERVICES).filter((name) => name !== 'cli')
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()])))
  const urlOf = (name) => `http://127.0.0.1:${ports[name]}`
  const shared = {
    PATH: env.PATH,
    SEXTANT_STATIC_DIR: join(data, 'static'),
    LOG_DIR: join(data, 'logs'),
    LOG_LEVEL: 'WARNING',
    AUTO_START_DEPENDENCIES: 'false',
    ISM_SERVER_URL: urlOf('ism-server'),
    PEM_SERVER_URL: urlOf('pem-server'),
    RENDER_SERVER_URL: urlOf('render-server'),
  }
  for (const name of names) {
    const own = { ...shared, PORT: String(ports[name]) }
    const child = spawn(execPath, [join(image, 'deploy/image/run.mjs'), name], {
      cwd: data,
      env: own,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    children.push(child)
    const deadline = performance.now() + START_TIMEOUT_MS
    while (!(await isHealthy(own))) {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
      if (performance.now() > deadline) throw new Error(`${name} does not answer`)
    }
    const { ok } = await fetch(`${urlOf(name)}${name === 'pem-server' ? '/api/v1/health' : '/health'}`)
    if (!ok) throw new Error(`${name} is not ready`)
  }
  return Object.fromEntries(names.map((name) => [name, urlOf(name)]))
}

/** The image's own health check. */
function isHealthy(own) {
  return new Promise((resolve) => {
    spawn(execPath, [join(image, 'deploy/image/healthcheck.mjs')], { env: own, stdio: 'ignore' }).on('exit', (code) =>
      resolve(code === 0),
    )
  })
}

async function poseExample(main) {
  const scene = join(image, 'examples/scene')
  const started = performance.now()
  const answer = await fetch(`${main}/api/v1/workflow/full-pipeline`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      class_name: 'example',
      object_name: 'box',
      rgb_image: readFileSync(join(scene, 'rgb.png'), 'base64'),
      depth_image: readFileSync(join(scene, 'depth.png'), 'base64'),
      cam_params: JSON.parse(readFileSync(join(scene, 'camera.json'), 'utf8')),
    }),
  })
  const { success, results } = await answer.json()
  if (!success || results.num_poses < 1) throw new Error(`no pose of the example: ${JSON.stringify(results)}`)
  if (!existsSync(results.output_dir)) throw new Error('nothing was written')
  console.log(`example posed, score ${results.pose_results[0].score.toFixed(3)}, ${seconds(started)} with templates`)
}

function stop(child) {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  return new Promise((resolve) => child.once('exit', resolve))
}

/** bytes of the files below a folder; links count nothing */
function sizeOf(path) {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) return stat.isFile() ? stat.size : 0
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

function mb(bytes) {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
