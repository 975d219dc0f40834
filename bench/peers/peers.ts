// Sextant beside OpenCV's surface_matching and Open3D's FPFH + RANSAC + ICP: same frames, same masks, one run.
// Usage: tsx bench/peers/peers.ts [data folder] [every n-th question]. Peers come from Debian: python3-opencv,
// python3-open3d; without them only Sextant is measured and the reason is printed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTrace } from '@sextant/contracts'
import {
  averageRecallMspd,
  averageRecallMssd,
  geometricModelInfo,
  loadFrame,
  loadMask,
  loadModel,
  metricPointsOf,
  poseErrors,
  readBopScenes,
  readRealCases,
  symmetriesOf,
  visibleMask,
  type MetricPoints,
  type ModelReference,
  type ObjectSymmetry,
} from '@sextant/evaluation'
import { transformFrom, type CameraFromObject, type Mask, type TriangleMesh } from '@sextant/geometry'
import { encodeNpyFloat32, encodeRle, rleBox } from '@sextant/image'
import { diameterOf } from '@sextant/mesh'
import {
  estimateObject,
  POSE_DEFAULTS,
  prepareModel,
  prepareScene,
  type PreparedModel,
  type PreparedScene,
} from '@sextant/pose'

const [data = '../shared/data', every = '30'] = process.argv.slice(2)
if (!existsSync(data)) {
  console.log(`skipped: no data at ${data}`)
  process.exit(0)
}
const work = mkdtempSync(join(tmpdir(), 'sextant-peers-'))
const cases = [...(await readRealCases(join(data, 'real'))), ...(await readBopScenes(join(data, 'synth_bop')))]

/** Points and normals of the surface grid inside the mask. */
function sceneCloud({ fine }: PreparedScene, mask: Mask | null): Float32Array {
  const out: number[] = []
  const { camera, width, height, step, depths, normals } = fine
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const o = y * width + x
      const z = depths[o]
      const [nx = 0, ny = 0, nz = 0] = normals.subarray(3 * o, 3 * o + 3)
      if (z === 0 || (nx === 0 && ny === 0 && nz === 0)) continue
      if (mask !== null && mask.data[y * step * mask.width + x * step] === 0) continue
      out.push(((x - camera.cx) / camera.fx) * z, ((y - camera.cy) / camera.fy) * z, z, nx, ny, nz)
    }
  }
  return Float32Array.from(out)
}

interface Model {
  readonly mesh: TriangleMesh
  readonly prepared: PreparedModel
  readonly file: string
  readonly points: MetricPoints
  readonly symmetries: readonly ObjectSymmetry[]
  readonly diameter: number
}

const models = new Map<string, Model>()
async function modelOf(reference: ModelReference): Promise<Model> {
  const mesh = await loadModel(reference)
  const info = reference.info ?? geometricModelInfo(mesh, diameterOf(mesh))
  const prepared = prepareModel(mesh)
  const { center, finePoints } = prepared
  const { positions, normals } = finePoints
  const cloud = new Float32Array(2 * positions.length)
  for (let i = 0; i < positions.length; i++) {
    cloud[6 * Math.floor(i / 3) + (i % 3)] = (positions[i] ?? 0) + (center[i % 3] ?? 0)
    cloud[6 * Math.floor(i / 3) + 3 + (i % 3)] = normals[i] ?? 0
  }
  const file = `model-${models.size}.npy`
  writeFileSync(join(work, file), encodeNpyFloat32(cloud, [cloud.length / 6, 6]))
  return { mesh, prepared, file, points: metricPointsOf(mesh), symmetries: symmetriesOf(info), diameter: info.diameter }
}

interface Row {
  mssdPerDiameter: number
  mspd: number
  imageWidth: number
  seconds: number
  set: string
}
const rows = new Map<string, Row[]>()
const questions: { id: number; model: string; scene: string; diameter: number }[] = []
const judges: ((peer: string, pose: CameraFromObject, seconds: number) => void)[] = []

let count = 0
for (const evaluationCase of cases) {
  const wanted = evaluationCase.instances.filter(
    () => count++ % Number(every) === 0 || !evaluationCase.id.includes('/'),
  )
  if (wanted.length === 0) continue
  const frame = await loadFrame(evaluationCase)
  const scene = prepareScene(frame)
  for (const instance of wanted) {
    const model = models.get(instance.model.path) ?? (await modelOf(instance.model))
    models.set(instance.model.path, model)
    const mask =
      instance.maskPath === null
        ? visibleMask(frame, model.mesh, instance.cameraFromObject)
        : await loadMask(instance.maskPath)
    const set = evaluationCase.id.includes('/') ? 'synthetic' : 'real'
    judges.push((peer, pose, seconds) => {
      const { mssd, mspd } = poseErrors(pose, instance.cameraFromObject, model.points, model.symmetries, frame.camera)
      const row = { mssdPerDiameter: mssd / model.diameter, mspd, imageWidth: frame.camera.width, seconds, set }
      rows.set(peer, [...(rows.get(peer) ?? []), row])
    })
    const file = `scene-${questions.length}.npy`
    const cloud = sceneCloud(scene, mask)
    writeFileSync(join(work, file), encodeNpyFloat32(cloud, [cloud.length / 6, 6]))
    const id = questions.push({ id: questions.length, model: model.file, scene: file, diameter: model.diameter }) - 1

    const rle = encodeRle(mask)
    const detection = { mask: rle, box: rleBox(rle), score: 1, source: 'user' as const }
    const ask = () =>
      estimateObject(
        scene,
        model.prepared,
        [detection],
        { ...POSE_DEFAULTS, scoreThreshold: 0 },
        { trace: createTrace(() => 0) },
      )
    if (id < 3) for (let k = 0; k < 3; k++) ask()
    const started = performance.now()
    const [pose] = ask().poses
    judges[id]?.(
      'Sextant',
      pose?.cameraFromObject ?? transformFrom<'camera', 'object'>([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 1]),
      (performance.now() - started) / 1000,
    )
  }
}
writeFileSync(join(work, 'questions.json'), JSON.stringify(questions))
const script = new URL('./peers.py', import.meta.url).pathname
const run = spawnSync('/usr/bin/python3', [script, work], { encoding: 'utf8', maxBuffer: 1 << 26 })
if (run.error !== undefined) console.log(`peers skipped: ${run.error.message}`)
for (const line of run.stdout.split('\n').filter((text) => text.startsWith('{'))) {
  const answer = JSON.parse(line) as {
    peer: string
    id: number
    matrix: number[]
    seconds: number
    skipped?: string
    reason?: string
  }
  if (answer.skipped !== undefined) {
    console.log(`skipped ${answer.skipped}: ${answer.reason}`)
    continue
  }
  const m = answer.matrix
  const pose = transformFrom<'camera', 'object'>(
    [m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]],
    [m[3], m[7], m[11]],
  )
  judges[answer.id]?.(answer.peer, pose, answer.seconds)
}
if (run.status !== 0) console.log(run.stderr.slice(-2000))
rmSync(work, { recursive: true })

console.log(`\n${questions.length} instances with their visible masks, one process each\n`)
console.log(`${'method'.padEnd(30)}${'set'.padEnd(11)}     n  AR_MSSD  AR_MSPD  median s`)
for (const [peer, all] of rows) {
  for (const set of ['synthetic', 'real']) {
    const own = all.filter((row) => row.set === set)
    const median = own.map((row) => row.seconds).sort((a, b) => a - b)[own.length >> 1] ?? Number.NaN
    console.log(
      `${peer.padEnd(30)}${set.padEnd(11)}${String(own.length).padStart(6)}${averageRecallMssd(own).toFixed(3).padStart(9)}${averageRecallMspd(own).toFixed(3).padStart(9)}${median.toFixed(2).padStart(10)}`,
    )
  }
}
