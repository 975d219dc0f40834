// Time and memory of the sam6d engine's networks on 2 threads, against PyTorch 1.13.1 on two threads of the same kind of
// machine. Weights are pseudo-weights, written as a checkpoint and converted as a user's would be; time and memory do not
// depend on their values. ViT-H needs 6 GB in the temporary folder.
//   npx tsx bench/networks.ts [pem-forward] [pem-templates] [sam-vit-b] [sam-vit-h] [dinov2-vitl14]
import { fork } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRng, type Rng } from '@sextant/geometry'
import { tensor } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { conversionOf, convertCheckpoint, openPoseNetworks } from '@sextant/models'
import { describeObject, estimateNetworkPose, writeCheckpoint, type PointView } from '@sextant/sam6d'
import { pseudoValues } from '../tests/parity/pseudo-weights.ts'

const THREADS = 2
const VIEWS = 42
const TEMPLATE_POINTS = 5000
const OBSERVED_POINTS = 2048

interface Task {
  /** of the catalogue */
  readonly network: string
  readonly title: string
  /** PyTorch's seconds, quiet machine: least and most seen */
  readonly torch: readonly [number, number]
  readonly runs: number
  /** Opens what it needs; the function it gives is what is timed. */
  readonly open: (modelsDir: string) => Promise<() => Promise<unknown>>
}

const TASKS: Readonly<Record<string, Task>> = {
  'pem-forward': { network: 'pem', title: 'PEM, one instance', torch: [4.8, 5], runs: 3, open: openForward },
  'pem-templates': { network: 'pem', title: 'PEM, 42 templates', torch: [40, 44], runs: 3, open: openTemplates },
  'sam-vit-b': sam('vit-b', [23, 25], 3),
  'sam-vit-h': sam('vit-h', [94, 94], 1),
  'dinov2-vitl14': {
    network: 'dinov2-vitl14',
    title: 'DINOv2 ViT-L, one crop',
    torch: [3.5, 3.5],
    runs: 3,
    open: (modelsDir) => openImageNetwork(join(modelsDir, 'dinov2-vitl14', 'descriptor.onnx'), 224),
  },
}

function sam(size: string, torch: Task['torch'], runs: number): Task {
  const network = `sam-${size}`
  const open: Task['open'] = (modelsDir) => openImageNetwork(join(modelsDir, network, 'encoder.onnx'), 1024)
  return { network, title: `SAM ${size} encoder`, torch, runs, open }
}

async function openImageNetwork(path: string, side: number): Promise<() => Promise<unknown>> {
  const session = await openOnnxSession(path, { threads: THREADS })
  const rng = createRng(1)
  const image = tensor(
    Float32Array.from({ length: 3 * side * side }, () => rng.normal()),
    [1, 3, side, side],
  )
  return () => session.run({ image })
}

async function openForward(modelsDir: string): Promise<() => Promise<unknown>> {
  const { networks } = await openPoseNetworks(modelsDir, { threads: THREADS })
  const rng = createRng(2)
  const features = Float32Array.from({ length: 256 * OBSERVED_POINTS }, () => rng.normal())
  const points = sphere(rng, OBSERVED_POINTS)
  const object = { points, features, radius: 0.05, kept: new Int32Array(OBSERVED_POINTS) }
  const model = sphere(rng, 1024)
  const draws = Float32Array.from({ length: 18000 }, () => rng.next())
  const view = viewOf(rng, OBSERVED_POINTS)
  return () => estimateNetworkPose(networks, view, object, model, draws)
}

async function openTemplates(modelsDir: string): Promise<() => Promise<unknown>> {
  const { networks } = await openPoseNetworks(modelsDir, { threads: THREADS })
  const rng = createRng(3)
  const views = Array.from({ length: VIEWS }, () => viewOf(rng, TEMPLATE_POINTS))
  return () => describeObject(networks, views)
}

/** [n, 3] m, on a ball of 5 cm */
function sphere(rng: Rng, count: number): Float32Array {
  const out = new Float32Array(3 * count)
  for (let i = 0; i < count; i++) {
    const direction = [rng.normal(), rng.normal(), rng.normal()]
    const length = Math.hypot(...direction)
    direction.forEach((value, axis) => (out[3 * i + axis] = (0.05 * value) / length))
  }
  return out
}

function viewOf(rng: Rng, count: number): PointView {
  return {
    planes: Uint8Array.from({ length: 3 * 224 * 224 }, () => rng.integer(256)),
    pixels: Int32Array.from({ length: count }, () => rng.integer(224 * 224)),
    points: sphere(rng, count),
  }
}

interface Outcome {
  /** of each run, or of the one step */
  readonly seconds: readonly number[]
  readonly peakMb: number
}

/** What each child does. Writing has a child of its own, so that its memory is not the conversion's. */
const STEPS: Readonly<Record<string, (folder: string, name: string) => Promise<number[]>>> = {
  async write(folder, network) {
    const started = performance.now()
    const tensors = [...conversionOf(network).expected()].map(
      ([name, shape]) => [name, shape, () => pseudoValues(name, shape)] as const,
    )
    const out = createWriteStream(join(folder, 'checkpoint.pth'))
    for await (const part of writeCheckpoint(tensors)) if (!out.write(part)) await once(out, 'drain')
    out.end()
    await once(out, 'close')
    return [secondsSince(started)]
  },
  async convert(folder, network) {
    const started = performance.now()
    await convertCheckpoint(join(folder, 'checkpoint.pth'), network, join(folder, 'models'))
    return [secondsSince(started)]
  },
  async run(folder, name) {
    const { open, runs } = taskOf(name)
    const run = await open(join(folder, 'models'))
    await run()
    const seconds: number[] = []
    for (let i = 0; i < runs; i++) {
      const started = performance.now()
      await run()
      seconds.push(secondsSince(started))
    }
    return seconds
  },
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000
}

function taskOf(name: string): Task {
  const task = TASKS[name]
  if (task === undefined) throw new RangeError(`no ${name}; there are ${Object.keys(TASKS).join(', ')}`)
  return task
}

/** The kernel's own mark where there is one: getrusage counts what the parent held at the fork. */
async function peakMb(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1]
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024
}

async function inChild(step: string, folder: string, name: string): Promise<Outcome> {
  const child = fork(fileURLToPath(import.meta.url), ['--child', step, folder, name])
  let outcome: Outcome | undefined
  child.on('message', (message: Outcome) => (outcome = message))
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  if (outcome === undefined) throw new Error(`${step} ${name} ended with ${signal ?? code}`)
  return outcome
}

function row(cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(cell < 100 ? 2 : 0) : cell))
  return `| ${texts.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(14))).join(' | ')} |`
}

async function measure(names: readonly string[]): Promise<void> {
  const heads = ['network', 'ours s', 'PyTorch s', 'times faster', 'convert s', 'convert MB', 'run MB', 'weights MB']
  const lines = [row(heads), row(heads.map(() => '---'))]
  for (const network of new Set(names.map((name) => taskOf(name).network))) {
    const folder = await mkdtemp(join(tmpdir(), 'sextant-networks-'))
    try {
      await inChild('write', folder, network)
      const { size } = await stat(join(folder, 'checkpoint.pth'))
      const converted = await inChild('convert', folder, network)
      await rm(join(folder, 'checkpoint.pth'))
      for (const name of names.filter((one) => taskOf(one).network === network)) {
        const { title, torch } = taskOf(name)
        const { seconds, peakMb } = await inChild('run', folder, name)
        const median = [...seconds].sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.NaN
        const [least, most] = torch
        const range = least === most ? least.toFixed(1) : `${least.toFixed(1)}-${most.toFixed(1)}`
        // The slower half of a range would flatter.
        const ratio = least / median
        const memory = [converted.peakMb, peakMb, size / 2 ** 20]
        lines.push(row([title, median, range, ratio, converted.seconds[0] ?? Number.NaN, ...memory]))
        console.log(`${name}: ${seconds.map((one) => one.toFixed(2)).join(', ')} s`)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  console.log(`\n${lines.join('\n')}`)
}

const args = process.argv.slice(2)
if (args[0] === '--child') {
  const [, step = '', folder = '', name = ''] = args
  const seconds = await STEPS[step]?.(folder, name)
  process.send?.({ seconds: seconds ?? [], peakMb: await peakMb() } satisfies Outcome)
  process.disconnect()
} else await measure(args.length > 0 ? args : Object.keys(TASKS))
