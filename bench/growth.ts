// How time and memory of the pose engine grow with the image, the CAD and the number of objects.
// Usage: tsx bench/growth.ts [data folder]. Median of the repetitions after a warm-up; one thread.
import { createTrace } from '@sextant/contracts'
import { loadFrame, loadModel, readBopScenes } from '@sextant/evaluation'
import type { Frame } from '@sextant/geometry'
import { estimateObject, POSE_DEFAULTS, prepareModel, prepareScene, type PreparedModel } from '@sextant/pose'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { subdivided } from './subdivided.ts'

const [data = '../shared/data'] = process.argv.slice(2)
if (!existsSync(data)) {
  console.log(`skipped: no data at ${data}`)
  process.exit(0)
}
const REPETITIONS = 5
const cases = await readBopScenes(join(data, 'synth_bop'))
const richest = cases.reduce((best, next) => (next.instances.length > best.instances.length ? next : best))
const frame = await loadFrame(richest)
const references = new Map(cases.flatMap(({ instances }) => instances.map(({ model }) => [model.path, model] as const)))
const meshes = await Promise.all([...references.values()].slice(0, 30).map(loadModel))
const present = await Promise.all(
  [...new Map(richest.instances.map(({ model }) => [model.path, model])).values()].map(loadModel),
)

function median(work: () => void): number {
  work()
  const times = Array.from({ length: REPETITIONS }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
  return times.sort((a, b) => a - b)[REPETITIONS >> 1] ?? Number.NaN
}

/** The same view through a camera of another resolution; nearest neighbour. */
function resized({ color, depth, camera }: Frame, width: number, height: number): Frame {
  const scale = Math.max(width / color.width, height / color.height)
  const colors = new Uint8Array(3 * width * height)
  const depths = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = Math.min(color.width - 1, Math.floor((x + 0.5) / scale))
      const sy = Math.min(color.height - 1, Math.floor((y + 0.5) / scale))
      const s = sy * color.width + sx
      depths[y * width + x] = depth.data[s] ?? 0
      for (let c = 0; c < 3; c++) colors[3 * (y * width + x) + c] = color.data[3 * s + c] ?? 0
    }
  }
  const { fx, fy, cx, cy } = camera
  return {
    color: { width, height, data: colors },
    depth: { width, height, data: depths },
    camera: {
      fx: fx * scale,
      fy: fy * scale,
      cx: (cx + 0.5) * scale - 0.5,
      cy: (cy + 0.5) * scale - 0.5,
      width,
      height,
    },
  }
}

/** Bytes of all arrays an object holds, each buffer once. */
function bytesOf(value: unknown, seen = new Set<unknown>()): number {
  if (value === null || typeof value !== 'object' || seen.has(value)) return 0
  seen.add(value)
  if (ArrayBuffer.isView(value)) {
    if (seen.has(value.buffer)) return 0
    seen.add(value.buffer)
    return value.buffer.byteLength
  }
  return Object.values(value).reduce((sum: number, part) => sum + bytesOf(part, seen), 0)
}

const ask = (scene: ReturnType<typeof prepareScene>, model: PreparedModel) =>
  estimateObject(scene, model, null, POSE_DEFAULTS, { trace: createTrace(() => 0) })

const models = meshes.map((mesh) => prepareModel(mesh))
const sizes = models.map((model) => bytesOf(model) / 1e6).sort((a, b) => a - b)
console.log(
  `memory of ${sizes.length} prepared objects: median ${sizes[sizes.length >> 1]?.toFixed(1)} MB, most ${sizes.at(-1)?.toFixed(1)} MB\n`,
)

const inFrame = present.map((mesh) => prepareModel(mesh))
console.log('image        prepare frame ms   one object, whole scene, ms')
for (const [width, height] of [
  [320, 240],
  [640, 480],
  [1280, 720],
  [1920, 1080],
] as const) {
  const sized = resized(frame, width, height)
  const preparation = median(() => prepareScene(sized))
  const scene = prepareScene(sized)
  const search = median(() => inFrame.forEach((model) => ask(scene, model))) / inFrame.length
  console.log(
    `${`${width}x${height}`.padEnd(13)}${preparation.toFixed(0).padStart(9)}${search.toFixed(0).padStart(20)}`,
  )
}

const scene = prepareScene(frame)
console.log('\nobjects asked in one 640x480 frame   seconds in all   ms each')
for (const count of [1, 3, 10, 30]) {
  const asked = Array.from({ length: count }, (_, k) => models[k % models.length] ?? models[0])
  const started = performance.now()
  for (const model of asked) if (model !== undefined) ask(scene, model)
  const ms = performance.now() - started
  console.log(
    `${String(count).padStart(8)}${(ms / 1000).toFixed(2).padStart(30)}${(ms / count).toFixed(0).padStart(14)}`,
  )
}

console.log('\ntriangles   prepare object ms   MB    search ms')
let mesh = present.reduce((best, next) => (next.faces.length < best.faces.length ? next : best))
while (mesh.faces.length / 3 < 1300) mesh = subdivided(mesh)
for (; mesh.faces.length / 3 < 1_000_000; mesh = subdivided(mesh)) {
  const asked = mesh
  const preparation = median(() => void prepareModel(asked))
  const model = prepareModel(asked)
  const search = median(() => void ask(scene, model))
  console.log(
    `${String(mesh.faces.length / 3).padStart(9)}${preparation.toFixed(0).padStart(16)}${(bytesOf(model) / 1e6).toFixed(1).padStart(10)}${search.toFixed(0).padStart(9)}`,
  )
}

console.log('\nframe without anything   reason                 ms (frame and search)')
const degenerate: Record<string, (i: number) => number> = {
  'no depth': () => 0,
  'not a number': () => Number.NaN,
  'constant depth': () => 700,
  'one plane': (i) => 600 + 0.4 * Math.floor(i / frame.camera.width),
}
const [anyModel] = inFrame
for (const [name, depthAt] of Object.entries(degenerate)) {
  const depth = { ...frame.depth, data: Float32Array.from(frame.depth.data, (_, i) => depthAt(i)) }
  if (anyModel === undefined) break
  const ms = median(() => void ask(prepareScene({ ...frame, depth }), anyModel))
  const { reason } = ask(prepareScene({ ...frame, depth }), anyModel)
  console.log(`${name.padEnd(25)}${(reason ?? 'answered').padEnd(22)}${ms.toFixed(0).padStart(4)}`)
}
