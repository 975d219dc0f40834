// `npm run demo`: the bundled example through the four services; prints poses, errors against the truth and timings.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort, startServices } from './services.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const examples = join(root, 'examples')
const LIMIT_MM = 2
const LIMIT_DEGREES = 2
const CLASS = 'example'

if (!existsSync(join(examples, 'scene/rgb.png'))) {
  step('Generating the bundled example')
  const made = spawnSync(process.execPath, [join(root, 'apps/cli/dist/main.js'), 'example'], {
    stdio: 'inherit',
  })
  if (made.status !== 0) process.exit(1)
}

const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-demo-'))
const meshes = join(staticRoot, 'meshes', CLASS)
mkdirSync(meshes, { recursive: true })
for (const file of readdirSync(join(examples, 'meshes', CLASS))) {
  if (file.endsWith('.ply')) copyFileSync(join(examples, 'meshes', CLASS, file), join(meshes, file))
}

step('Starting the four services')
const ports = {}
for (const name of ['render', 'ism', 'pem', 'main']) ports[name] = await freePort()
const services = await startServices({ ports, env: { SEXTANT_STATIC_DIR: staticRoot, HOST: '127.0.0.1' } })
let exitCode = 1
try {
  exitCode = await run(services.urls.main)
} catch (error) {
  console.error(error)
} finally {
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}
process.exit(exitCode)

function step(text) {
  console.log(`\n== ${text} ==`)
}

async function run(main) {
  const scene = join(examples, 'scene')
  const camera = JSON.parse(readFileSync(join(scene, 'camera.json'), 'utf8'))
  const truth = JSON.parse(readFileSync(join(scene, 'gt.json'), 'utf8'))
  const objects = [...new Set(truth.map((instance) => instance.name))]
  let isRight = true
  let overlay = null
  for (const object of objects) {
    const instances = truth.filter((instance) => instance.name === object)
    step(`Looking for ${instances.length} x ${object} (CAD + RGB-D in, nothing else)`)
    const started = performance.now()
    const response = await fetch(`${main}/api/v1/workflow/full-pipeline`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        class_name: CLASS,
        object_name: object,
        rgb_image: readFileSync(join(scene, 'rgb.png')).toString('base64'),
        depth_image: readFileSync(join(scene, 'depth.png')).toString('base64'),
        cam_params: camera,
        max_instances: instances.length,
      }),
    })
    const answer = await response.json()
    if (!answer.success) throw new Error(`${answer.message}: ${answer.results?.error}`)
    const { pose_results: poses, timings, output_dir: folder } = answer.results
    if (poses.length < instances.length) isRight = false
    for (const pose of poses) {
      const error = smallestError(pose, instances)
      const isClose = error.mm <= LIMIT_MM && error.degrees <= LIMIT_DEGREES
      if (!isClose) isRight = false
      console.log(
        `  t = [${pose.translation.map((value) => value.toFixed(1)).join(', ')}] mm   score ${pose.score.toFixed(2)}   ` +
          `error ${error.mm.toFixed(2)} mm, ${error.degrees.toFixed(2)} deg   ${isClose ? 'ok' : 'NOT within limits'}`,
      )
      console.log(
        `  R = [${pose.rotation
          .flat()
          .map((value) => value.toFixed(4))
          .join(', ')}]`,
      )
    }
    if (poses.length < instances.length) console.log(`  found ${poses.length} of ${instances.length}`)
    console.log(`  ${seconds(performance.now() - started)} in all: ${describe(timings)}`)
    overlay = join(folder, 'pem', 'vis_pem.png')
    const kept = join(root, 'out', 'demo', `${object}.png`)
    mkdirSync(join(root, 'out', 'demo'), { recursive: true })
    writeFileSync(kept, readFileSync(overlay))
    console.log(`  overlay: ${kept}`)
  }
  console.log(
    isRight
      ? `\nAll poses are within ${LIMIT_MM} mm and ${LIMIT_DEGREES} degrees of the truth.`
      : `\nNot every pose is within ${LIMIT_MM} mm and ${LIMIT_DEGREES} degrees of the truth.`,
  )
  return isRight ? 0 : 1
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`
}

function describe(timings) {
  return ['templates', 'segmentation', 'pose']
    .map((stage) => {
      const parts = Object.entries(timings[stage].timings).filter(([, ms]) => ms >= 20)
      const detail = parts.map(([name, ms]) => `${name} ${Math.round(ms)} ms`).join(', ')
      return `${stage} ${timings[stage].seconds.toFixed(2)} s${detail === '' ? '' : ` (${detail})`}`
    })
    .join(', ')
}

/** Error against the nearest instance of the truth. None of the bundled objects is symmetric. */
function smallestError(pose, instances) {
  const errors = instances.map((instance) => ({
    mm: Math.hypot(...pose.translation.map((value, k) => value - instance.t_mm[k])),
    degrees: angleBetween(pose.rotation.flat(), instance.R),
  }))
  return errors.reduce((best, error) => (error.mm + error.degrees < best.mm + best.degrees ? error : best))
}

function angleBetween(a, b) {
  const trace = a.reduce((sum, value, i) => sum + value * b[i], 0)
  return (Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))) * 180) / Math.PI
}
