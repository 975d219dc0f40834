// Latency of /health of every service while poses are computed: npx tsx bench/health-latency.ts [seconds]
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveFolder, type ServiceName } from './services.ts'

const POLL_MS = 20
const seconds = Number(process.argv[2] ?? 12)
const examples = fileURLToPath(new URL('../examples', import.meta.url))
const staticRoot = mkdtempSync(join(tmpdir(), 'sextant-bench-'))
const meshes = join(staticRoot, 'meshes/example')
mkdirSync(meshes, { recursive: true })
for (const file of readdirSync(join(examples, 'meshes/example')))
  copyFileSync(join(examples, 'meshes/example', file), join(meshes, file))

const services = await serveFolder(staticRoot)
const health: Readonly<Record<ServiceName, string>> = {
  main: '/health',
  ism: '/health',
  pem: '/api/v1/health',
  render: '/health',
}

const scene = join(examples, 'scene')
const frame = {
  class_name: 'example',
  rgb_image: readFileSync(join(scene, 'rgb.png')).toString('base64'),
  depth_image: readFileSync(join(scene, 'depth.png')).toString('base64'),
  cam_params: JSON.parse(readFileSync(join(scene, 'camera.json'), 'utf8')) as unknown,
  output_mode: 'full',
}
const end = performance.now() + 1e3 * seconds
let poses = 0
async function keepPosing(): Promise<void> {
  for (let k = 0; performance.now() < end; k++) {
    const body = JSON.stringify({ ...frame, object_name: ['box', 'mug', 'bracket'][k % 3], seed: k })
    const url = `${services.urls.main}/api/v1/workflow/full-pipeline`
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    poses++
  }
}
async function poll(name: ServiceName): Promise<number[]> {
  const times: number[] = []
  while (performance.now() < end) {
    const started = performance.now()
    const answer = await fetch(`${services.urls[name]}${health[name]}`)
    await answer.arrayBuffer()
    times.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  return times.sort((a, b) => a - b)
}
try {
  const names = Object.keys(health) as ServiceName[]
  const [, ...times] = await Promise.all([keepPosing(), ...names.map(poll)])
  console.log(`${poses} poses (templates of three objects included) in ${seconds} s; /health every ${POLL_MS} ms`)
  console.log('service    calls   p50 ms   p95 ms   max ms')
  names.forEach((name, index) => {
    const sorted = times[index] ?? []
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1).padStart(8)
    console.log(`${name.padEnd(8)} ${String(sorted.length).padStart(7)} ${at(0.5)} ${at(0.95)} ${at(1)}`)
  })
} finally {
  await services.stop()
  rmSync(staticRoot, { recursive: true, force: true })
}
