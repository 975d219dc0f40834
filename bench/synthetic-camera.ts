// Frames of the synthetic camera through the whole chain (camera server, alignment, all stages over HTTP), compared with
// the exact truth: npx tsx bench/synthetic-camera.ts [frames]   (needs a build)
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { geometricModelInfo, matchInstances, metricPointsOf, mssdOf, symmetriesOf } from '@sextant/evaluation'
import {
  multiplyRotations,
  rotationAngleBetween,
  rotationOf,
  transformFrom,
  transformPointInto,
} from '@sextant/geometry'
import { diameterOf, parseMesh } from '@sextant/mesh'
import { freePort } from '@sextant/testkit'
import { serveFolder } from './services.ts'

interface Instance {
  readonly name: string
  readonly rotation: number[]
  readonly translation: number[]
  readonly visible_fraction: number
}
interface Answer {
  readonly results: {
    readonly pose_results: { score: number; rotation: number[][]; translation: number[] }[]
    readonly camera?: { frame_index: number }
    readonly error?: string
  }
}
const frames = Number(process.argv[2] ?? 100)
const NAMES = ['box', 'mug', 'bracket'] as const
/** Instances hidden further are not asked for. */
const LEAST_VISIBLE = 0.5

const examples = fileURLToPath(new URL('../examples/meshes/example', import.meta.url))
const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-synthetic-'))
mkdirSync(join(staticRoot, 'meshes/example'), { recursive: true })
const models = Object.fromEntries(
  NAMES.map((name) => {
    copyFileSync(join(examples, `${name}.ply`), join(staticRoot, 'meshes/example', `${name}.ply`))
    const { mesh } = parseMesh(readFileSync(join(examples, `${name}.ply`)), `${name}.ply`)
    const diameter = diameterOf(mesh)
    const points = metricPointsOf(mesh).extreme
    const center = [0, 1, 2].map((c) => points.reduce((sum, point) => sum + (point[c] ?? 0), 0) / points.length)
    return [name, { diameter, points, center, symmetries: symmetriesOf(geometricModelInfo(mesh, diameter)) }]
  }),
)

const cameraPort = await freePort()
const base = `http://127.0.0.1:${cameraPort}`
const camera = spawn(process.execPath, [fileURLToPath(new URL('../apps/camera-server/dist/main.js', import.meta.url))], {
  env: { ...process.env, CAMERA_SOURCE: 'synthetic', CAMERA_FPS: '2', PORT: String(cameraPort), HOST: '127.0.0.1', LOG_LEVEL: 'WARNING', LOG_TO_FILE: 'false' },
  stdio: ['ignore', 'ignore', 'inherit'],
}) // prettier-ignore
const services = await serveFolder(staticRoot)
try {
  for (
    let k = 0;
    k < 100 &&
    !(await fetch(`${base}/health`).then(
      (answer) => answer.ok,
      () => false,
    ));
    k++
  ) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const errors: { mssd: number; shift: number; turn: number }[] = []
  const seconds: number[] = []
  let asked = 0
  const byName = Object.fromEntries(NAMES.map((name) => [name, { asked: 0, found: 0, wrong: 0 }]))
  let extra = 0
  for (let k = 0; k < frames; k++) {
    const name = NAMES[k % NAMES.length] ?? 'box'
    const model = models[name]
    if (model === undefined) continue
    const started = performance.now()
    const response = await fetch(`${services.urls.main}/api/v1/workflow/full-pipeline-from-rss`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ class_name: 'example', object_name: name, base, align_color: true, output_mode: 'none', max_instances: 2 }), // prettier-ignore
    })
    const { results } = (await response.json()) as Answer
    seconds.push((performance.now() - started) / 1000)
    if (results.camera === undefined) {
      console.log(`frame ${k}: ${results.error ?? 'no answer'}`)
      continue
    }
    const truth = (await fetch(`${base}/camera/truth?frame=${results.camera.frame_index}`).then((answer) => answer.json())) as { instances: Instance[] } // prettier-ignore
    const wanted = truth.instances.filter((instance) => instance.name === name)
    const estimates = results.pose_results.map((pose) => transformFrom<'camera', 'object'>(pose.rotation.flat(), pose.translation)) // prettier-ignore
    const table = wanted.map((instance) => {
      const true_ = transformFrom<'camera', 'object'>(instance.rotation, instance.translation)
      return estimates.map((estimate) => mssdOf(estimate, true_, model.points, model.symmetries))
    })
    const matches = matchInstances(table)
    let right = 0
    wanted.forEach((instance, i) => {
      const match = matches[i] ?? null
      const mssd = match === null ? Infinity : (table[i]?.[match] ?? Infinity)
      const isRight = mssd < 0.1 * model.diameter
      if (isRight) right++
      if (instance.visible_fraction < LEAST_VISIBLE) return
      asked++
      const tally = byName[name]
      if (tally !== undefined) tally.asked++
      if (tally !== undefined && isRight) tally.found++
      const estimate = match === null ? undefined : estimates[match]
      if (!isRight || estimate === undefined) return
      const true_ = transformFrom<'camera', 'object'>(instance.rotation, instance.translation)
      const [a, b] = [estimate, true_].map((pose) => transformPointInto([0, 0, 0], pose, model.center))
      const shift = Math.hypot(...(a ?? []).map((value, c) => value - (b?.[c] ?? 0)))
      const turns = model.symmetries.map((symmetry) =>
        rotationAngleBetween(rotationOf(estimate), multiplyRotations(instance.rotation, rotationOf(symmetry))),
      )
      errors.push({ mssd, shift, turn: (Math.min(...turns) * 180) / Math.PI })
    })
    extra += estimates.length - right
    const tally = byName[name]
    if (tally !== undefined) tally.wrong += estimates.length - right
  }
  const line = (label: string, values: number[], unit: string): void => {
    const sorted = [...values].sort((a, b) => a - b)
    const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2) // prettier-ignore
    console.log(`${label.padEnd(28)} median ${at(0.5)} ${unit}, 90 % ${at(0.9)} ${unit}, worst ${at(1)} ${unit}`)
  }
  console.log(`${frames} frames, ${asked} instances at least ${100 * LEAST_VISIBLE} % visible`)
  console.log(`found (MSSD < 0.1 d)         ${errors.length} (${((100 * errors.length) / asked).toFixed(1)} %)`)
  console.log(`answers that fit no instance ${extra}`)
  for (const [name, tally] of Object.entries(byName)) {
    console.log(`  ${name.padEnd(26)} ${tally.found} of ${tally.asked} found, ${tally.wrong} wrong answers`)
  }
  line('error of the centre', errors.map(({ shift }) => shift), 'mm') // prettier-ignore
  line('error of the rotation', errors.map(({ turn }) => turn), 'deg') // prettier-ignore
  line('MSSD', errors.map(({ mssd }) => mssd), 'mm') // prettier-ignore
  line('request', seconds, 's')
} finally {
  camera.kill()
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}
