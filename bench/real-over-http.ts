// All posed objects of the real frames through the four services, one call per object and frame, with nothing but CAD,
// image, depth and K: npx tsx bench/real-over-http.ts   (needs ../shared/data/real and a build)
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  averageRecallMspd,
  averageRecallMssd,
  geometricModelInfo,
  loadModel,
  matchInstances,
  metricPointsOf,
  poseErrors,
  readRealCases,
  symmetriesOf,
} from '@sextant/evaluation'
import { MILLISECONDS_PER_SECOND, transformFrom } from '@sextant/geometry'
import { diameterOf, encodePly } from '@sextant/mesh'
import { serveFolder } from './services.ts'

interface PoseResult {
  readonly score: number
  readonly rotation: number[][]
  readonly translation: number[]
}
interface Answer {
  readonly success: boolean
  readonly results: { readonly pose_results: PoseResult[]; readonly error?: string; readonly reason?: string }
}

const data = fileURLToPath(new URL('../../shared/data/real', import.meta.url))
const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-real-'))
mkdirSync(join(staticRoot, 'meshes/real'), { recursive: true })
const services = await serveFolder(staticRoot)
try {
  const scores: { mssd: number; mspd: number; imageWidth: number; diameter: number }[] = []
  const seconds: number[] = []
  console.log('case                   object            MSSD/d  MSPD px  score  seconds (cold | warm)')
  for (const item of await readRealCases(data)) {
    const groups = new Map<string, (typeof item.instances)[number][]>()
    for (const instance of item.instances) {
      groups.set(instance.model.path, [...(groups.get(instance.model.path) ?? []), instance])
    }
    for (const [path, instances] of groups) {
      const [first] = instances
      if (first === undefined) continue
      const mesh = await loadModel(first.model)
      const name = path.replace(/^.*[\\/]real[\\/]|^.*[\\/]meshes[\\/]/, '').replace(/[^A-Za-z0-9]+/g, '_')
      writeFileSync(join(staticRoot, 'meshes/real', `${name}.ply`), encodePly(mesh))
      const info = first.model.info ?? geometricModelInfo(mesh, diameterOf(mesh))
      const points = metricPointsOf(mesh)
      const symmetries = symmetriesOf(info)
      const { fx, fy, cx, cy } = item.intrinsics
      const body = JSON.stringify({
        class_name: 'real',
        object_name: name,
        rgb_image: readFileSync(item.colorPath).toString('base64'),
        depth_image: readFileSync(item.depthPath).toString('base64'),
        cam_params: { fx, fy, cx, cy, depth_scale: item.millimetersPerCount },
        max_instances: instances.length,
        output_mode: 'none',
      })
      const times: number[] = []
      let answer: Answer | null = null
      for (let repeat = 0; repeat < 2; repeat++) {
        const started = performance.now()
        const response = await fetch(`${services.urls.main}/api/v1/workflow/full-pipeline`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
        answer = (await response.json()) as Answer
        times.push((performance.now() - started) / MILLISECONDS_PER_SECOND)
      }
      const poses = answer?.results.pose_results ?? []
      const camera = { ...item.intrinsics, width: 640, height: 480 }
      const errors = instances.map((instance) =>
        poses.map((pose) =>
          poseErrors(
            transformFrom<'camera', 'object'>(pose.rotation.flat(), pose.translation),
            instance.cameraFromObject,
            points,
            symmetries,
            camera,
          ),
        ),
      )
      const matches = matchInstances(errors.map((row) => row.map((error) => error.mssd)))
      const [cold = 0, warm = 0] = times
      seconds.push(warm)
      instances.forEach((_, k) => {
        const match = matches[k] ?? null
        const error = match === null ? { mssd: Infinity, mspd: Infinity } : errors[k]?.[match]
        const mssd = error?.mssd ?? Infinity
        const mspd = error?.mspd ?? Infinity
        scores.push({ mssd, mspd, imageWidth: 640, diameter: info.diameter })
        const score = match === null ? '  none' : (poses[match]?.score ?? 0).toFixed(2).padStart(6)
        console.log(
          `${item.id.padEnd(22)} ${name.slice(-16).padEnd(16)} ${(mssd / info.diameter).toFixed(3).padStart(7)} ` +
            `${mspd.toFixed(1).padStart(8)} ${score}  ${k === 0 ? `${cold.toFixed(2)} | ${warm.toFixed(2)}` : ''}`,
        )
      })
    }
  }
  const rows = scores.map((score) => ({
    mssdPerDiameter: score.mssd / score.diameter,
    mspd: score.mspd,
    imageWidth: score.imageWidth,
  }))
  seconds.sort((a, b) => a - b)
  console.log(
    `\n${scores.length} instances: AR_MSSD ${averageRecallMssd(rows).toFixed(3)}, AR_MSPD ${averageRecallMspd(rows).toFixed(3)}, ` +
      `MSSD < 0.1 d ${(rows.filter((row) => row.mssdPerDiameter < 0.1).length / rows.length).toFixed(3)}, ` +
      `median warm call ${(seconds[seconds.length >> 1] ?? 0).toFixed(2)} s`,
  )
} finally {
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}
