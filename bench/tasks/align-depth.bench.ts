// Aligning one 1280 x 720 frame of a real capture: time, and agreement with an alignment made with care.
// npx tsx bench/tasks/align-depth.bench.ts [capture]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alignDepth, decodeDepthRaw, parseRgbdCalibration } from '@sextant/image'

const shared = fileURLToPath(new URL('../../../shared/data/rss/20251030_162830', import.meta.url))
const [folder = shared] = process.argv.slice(2)
const size = { width: 1280, height: 720 }
const bytes = readFileSync(join(folder, 'depth_raw.bin'))
const counts = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
const depth = { ...size, data: Float32Array.from(counts) }
const calibration = parseRgbdCalibration(JSON.parse(readFileSync(join(folder, 'calibration.json'), 'utf8')), {
  color: size,
  depth: size,
  rotationOrder: 'column_major',
})

/** Wall clock and processor time: the second does not count what other processes take. */
const wall: number[] = []
const processor: number[] = []
let aligned = alignDepth(depth, calibration, { isDistorted: true })
for (let k = 0; k < 60; k++) {
  const [started, used] = [performance.now(), process.cpuUsage()]
  aligned = alignDepth(depth, calibration, { isDistorted: true })
  wall.push(performance.now() - started)
  const { user, system } = process.cpuUsage(used)
  processor.push((user + system) / 1000)
}
const median = (values: number[]): string => (values.sort((a, b) => a - b)[values.length >> 1] ?? 0).toFixed(1)
console.log(`one frame: ${median(wall)} ms on the clock, ${median(processor)} ms of processor time`)

const reference = await decodeDepthRaw(readFileSync(join(folder, 'aligned_depth.png')), null)
const at = { 1: 0, 5: 0, 10: 0 }
let both = 0
for (let y = 150; y < 500; y++) {
  for (let i = y * 1280 + 380; i < y * 1280 + 960; i++) {
    const [a, b] = [aligned.data[i], reference.counts[i]]
    if (a === 0 || b === 0) continue
    both++
    const difference = Math.abs(a - b)
    for (const limit of [1, 5, 10] as const) if (difference <= limit) at[limit]++
  }
}
const share = (limit: 1 | 5 | 10): string => ((100 * at[limit]) / both).toFixed(2)
console.log(`work area: ${both} pixels; within 1 mm ${share(1)} %, 5 mm ${share(5)} %, 10 mm ${share(10)} %`)
