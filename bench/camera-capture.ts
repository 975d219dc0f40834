// A recorded capture, played by the camera server, through full-pipeline-from-rss: the annotated objects must be found in
// their boxes, the others not at all: npx tsx bench/camera-capture.ts [capture] [ycbv meshes] [numbers] [trusted|ignored]
// (needs a build); the last says whether the colours of the CAD are evidence
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { distortInto } from '@sextant/image'
import { parseMesh } from '@sextant/mesh'
import { freePort } from '@sextant/testkit'
import { serveFolder } from './services.ts'

interface Pose {
  readonly score: number
  readonly rotation: number[][]
  readonly translation: number[]
}
interface Answer {
  readonly success: boolean
  readonly results: {
    readonly pose_results: Pose[]
    readonly reason: string | null
    readonly error?: string
    readonly code?: string
    readonly best_rejected: Pose | null
    readonly timings?: Record<string, { seconds: number }>
  }
}
interface Calibration {
  readonly color_intrinsics: { fx: number; fy: number; ppx: number; ppy: number; coeffs: number[] }
}
interface ScenePose {
  readonly score: number
  readonly rotation: number[]
  readonly translation: number[]
}
interface SceneAnswer {
  readonly objects: readonly {
    readonly objectName: string
    readonly status: string
    readonly poses: readonly ScenePose[]
    readonly bestRejected: ScenePose | null
  }[]
}
type Box = readonly [number, number, number, number]

const shared = fileURLToPath(new URL('../../shared/data', import.meta.url))
const [
  capture = join(shared, 'rss/20251030_162830'),
  meshes = join(shared, 'meshes/ycbv'),
  only = '',
  cadColors = 'trusted',
] = process.argv.slice(2)

/** YCB numbers of the 21 YCB-Video objects, in the order of their ids. */
const YCB = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 19, 21, 24, 25, 35, 36, 37, 40, 51, 52, 61]
const nameOf = (number: number): string => `obj_${String(number).padStart(6, '0')}`
const meshFile = (id: number): string => join(meshes, `${nameOf(id)}.ply`)

const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-capture-'))
mkdirSync(join(staticRoot, 'meshes/ycb'), { recursive: true })
YCB.forEach((number, k) => copyFileSync(meshFile(k + 1), join(staticRoot, 'meshes/ycb', `${nameOf(number)}.ply`)))
const annotated = new Map(
  (JSON.parse(readFileSync(join(capture, 'objects.json'), 'utf8')) as { objects?: { object_name: string; bbox_xyxy: Box }[] }).objects?.map((item) => [item.object_name, item.bbox_xyxy]),
) // prettier-ignore
const calibration = JSON.parse(readFileSync(join(capture, 'calibration.json'), 'utf8')) as Calibration

const cameraPort = await freePort()
const camera = spawn(process.execPath, [fileURLToPath(new URL('../apps/camera-server/dist/main.js', import.meta.url))], {
  env: { ...process.env, CAMERA_SOURCE: 'recorded', CAMERA_FOLDER: capture, PORT: String(cameraPort), HOST: '127.0.0.1', LOG_LEVEL: 'WARNING', LOG_TO_FILE: 'false' },
  stdio: ['ignore', 'ignore', 'inherit'],
}) // prettier-ignore
const services = await serveFolder(staticRoot)
try {
  const seconds: number[] = []
  let wrong = 0
  console.log(`${basename(capture)}\nobject       expected  answer     score  IoU   seconds`)
  for (const [k, number] of YCB.entries()) {
    if (only !== '' && !only.split(',').includes(String(number))) continue
    const started = performance.now()
    const response = await fetch(`${services.urls.main}/api/v1/workflow/full-pipeline-from-rss`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        class_name: 'ycb',
        object_name: nameOf(number),
        base: `http://127.0.0.1:${cameraPort}`,
        align_color: true,
        output_mode: 'none',
        cad_colors: cadColors,
      }),
    })
    const { results, success } = (await response.json()) as Answer
    seconds.push((performance.now() - started) / 1000)
    const box = annotated.get(nameOf(number))
    const [pose] = results.pose_results
    const shown = pose ?? results.best_rejected
    const iou = shown === null || box === undefined ? null : boxIou(silhouetteBox(meshFile(k + 1), shown), box)
    const isRight = box === undefined ? success && pose === undefined : pose !== undefined && (iou ?? 0) >= 0.7
    if (!isRight) wrong++
    const answer = pose === undefined ? (results.code ?? results.reason ?? '') : 'found'
    const score = shown?.score.toFixed(2) ?? '-'
    console.log(
      nameOf(number).padEnd(12),
      (box === undefined ? 'absent' : 'present').padEnd(9),
      answer.padEnd(22),
      score,
      iou?.toFixed(2) ?? '    ',
      seconds.at(-1)?.toFixed(1),
      isRight ? '' : '  <- wrong',
    )
  }
  const sorted = [...seconds].sort((a, b) => a - b)
  console.log(`${wrong} of ${YCB.length} wrong; seconds: median ${sorted[sorted.length >> 1]?.toFixed(1)}, all ${seconds.reduce((a, b) => a + b, 0).toFixed(1)} (first requests: templates and CAD included)`) // prettier-ignore
  if (only === '') await askScene()
} finally {
  camera.kill()
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}

/** All 21 as one question, everything loaded by then. */
async function askScene(): Promise<void> {
  const started = performance.now()
  const response = await fetch(`${services.urls.main}/api/v2/scenes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      classes: ['ycb'],
      camera: { base: `http://127.0.0.1:${cameraPort}` },
      options: { cadColors },
    }),
  })
  const scene = (await response.json()) as SceneAnswer
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`one scene of ${scene.objects.length}: ${seconds} s`)
  for (const { objectName, status, poses, bestRejected } of scene.objects) {
    const pose = poses[0] ?? bestRejected
    const box = annotated.get(objectName)
    const id = YCB.findIndex((number) => nameOf(number) === objectName) + 1
    const iou = pose === null || box === undefined ? null : boxIou(silhouetteBox(meshFile(id), { ...pose, rotation: [pose.rotation] }), box) // prettier-ignore
    console.log(
      objectName.padEnd(12),
      (box === undefined ? 'absent' : 'present').padEnd(9),
      status.padEnd(22),
      pose?.score.toFixed(2) ?? '-',
      iou?.toFixed(2) ?? '',
    )
  }
}

/** Box of the projected mesh in the picture as taken, lens distortion included. */
function silhouetteBox(file: string, { rotation, translation }: Pose): Box {
  const { mesh } = parseMesh(readFileSync(file), basename(file))
  const { fx, fy, ppx, ppy, coeffs } = calibration.color_intrinsics
  const R = rotation.flat()
  const [tx = 0, ty = 0, tz = 0] = translation
  const seen = new Float64Array(2)
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < mesh.positions.length; i += 3) {
    const [a = 0, b = 0, c = 0] = mesh.positions.subarray(i, i + 3)
    const row = (r: number): number => (R[r] ?? 0) * a + (R[r + 1] ?? 0) * b + (R[r + 2] ?? 0) * c
    const z = row(6) + tz
    distortInto(seen, (row(0) + tx) / z, (row(3) + ty) / z, coeffs)
    const [u, v] = [fx * (seen[0] ?? 0) + ppx, fy * (seen[1] ?? 0) + ppy]
    ;[x0, y0, x1, y1] = [Math.min(x0, u), Math.min(y0, v), Math.max(x1, u), Math.max(y1, v)]
  }
  return [x0, y0, x1, y1]
}

function boxIou(a: Box, b: Box): number {
  const overlap =
    Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]))
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1])
  return overlap / (area(a) + area(b) - overlap)
}
