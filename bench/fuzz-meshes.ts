// 10,000 broken PLY, STL, OBJ and GLB files: every one must be read as a valid mesh or refused with a code. A child
// process reads them; this one watches it, so that a crash or a hang is reported with its seed and the run goes on.
//   npx tsx bench/fuzz-meshes.ts [inputs] [seed]
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { PlatformError } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import { decodeColor, encodeColorPng } from '@sextant/image'
import { readMesh } from '@sextant/mesh'
import { checkMesh, createMeshFiles, MESH_FILE_MATERIAL, mutateFile } from '@sextant/testkit'

/** One input takes milliseconds; one that takes this long hangs. */
const HANG_MS = 10_000
/** Heap of the reading process, MB: an input of a kilobyte has no business with more. */
const HEAP_MB = 512
const MAX_FACES = 1_000_000

interface Report {
  readonly index: number
  /** `read`, a code, or `broken: <what was thrown>` */
  readonly outcome: string
  readonly ms: number
  readonly rssMb: number
}

const files = createMeshFiles()

/** The file and its mutation follow from the seed and the index alone. */
const inputOf = (seed: number, index: number): { name: string; bytes: Uint8Array } => {
  const file = files[index % files.length] ?? files[0]
  if (file === undefined) throw new Error('no files')
  return { name: file.name, bytes: mutateFile(file, createRng(seed + index)) }
}

async function readAll(seed: number, first: number, end: number): Promise<void> {
  const label = await encodeColorPng({ width: 8, height: 8, data: new Uint8Array(192).fill(120) })
  for (let index = first; index < end; index++) {
    const { name, bytes } = inputOf(seed, index)
    const started = performance.now()
    const outcome = await outcomeOf(name, bytes, label)
    const report: Report = {
      index,
      outcome,
      ms: performance.now() - started,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    }
    await new Promise((resolve) => process.send?.(report, resolve))
  }
  process.disconnect()
}

async function outcomeOf(name: string, bytes: Uint8Array, label: Uint8Array): Promise<string> {
  try {
    const { mesh } = await readMesh(bytes, name, {
      readSibling: (sibling) =>
        Promise.resolve(sibling === 'part.mtl' ? MESH_FILE_MATERIAL : sibling === 'label.png' ? label : null),
      decodeImage: decodeColor,
      limits: { maxFaces: MAX_FACES },
    })
    checkMesh(mesh)
    return 'read'
  } catch (error) {
    if (error instanceof PlatformError) return error.code
    return `broken: ${String(error)}`
  }
}

async function watch(count: number, seed: number): Promise<void> {
  const outcomes = new Map<string, number>()
  const times: number[] = []
  const failures: string[] = []
  let slowest = { index: -1, ms: 0 }
  let peakRssMb = 0
  let next = 0
  while (next < count) {
    const child = fork(fileURLToPath(import.meta.url), ['--child', String(seed), String(next), String(count)], {
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MB}`],
    })
    const watchdog = guard(child)
    child.on('message', ({ index, outcome, ms, rssMb }: Report) => {
      watchdog.alive()
      next = index + 1
      times.push(ms)
      peakRssMb = Math.max(peakRssMb, rssMb)
      if (ms > slowest.ms) slowest = { index, ms }
      const kind = outcome.startsWith('broken') ? 'broken' : outcome
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1)
      if (kind === 'broken') failures.push(`input ${index} (${inputOf(seed, index).name}): ${outcome}`)
    })
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    watchdog.stop()
    if (next >= count) break
    const why = watchdog.isHung() ? `hangs for ${HANG_MS} ms` : `ends the process (${signal ?? code})`
    failures.push(`input ${next} (${inputOf(seed, next).name}): ${why}`)
    next++
  }
  times.sort((a, b) => a - b)
  const quantile = (q: number): string => (times[Math.floor(q * (times.length - 1))] ?? 0).toFixed(2)
  console.log(`${count} inputs from ${files.length} files, seed ${seed}`)
  for (const [outcome, n] of [...outcomes].sort((a, b) => b[1] - a[1])) console.log(`  ${outcome.padEnd(24)} ${n}`)
  console.log(
    `time: median ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, slowest ${slowest.ms.toFixed(0)} ms (input ${slowest.index})`,
  )
  console.log(`memory: ${peakRssMb.toFixed(0)} MB at most`)
  console.log(`crashes, hangs, other errors: ${failures.length}`)
  for (const failure of failures) console.log(`  ${failure}`)
  if (failures.length > 0) process.exitCode = 1
}

/** Kills a child that has not reported for too long; its start counts too. */
function guard(child: ChildProcess): { alive(): void; stop(): void; isHung(): boolean } {
  let isHung = false
  const expire = (): void => {
    isHung = true
    child.kill('SIGKILL')
  }
  let timer = setTimeout(expire, 2 * HANG_MS)
  return {
    alive() {
      clearTimeout(timer)
      timer = setTimeout(expire, HANG_MS)
    },
    stop: () => {
      clearTimeout(timer)
    },
    isHung: () => isHung,
  }
}

const [mode = '10000', ...rest] = process.argv.slice(2)
if (mode === '--child') {
  const [seed = 0, first = 0, end = 0] = rest.map(Number)
  await readAll(seed, first, end)
} else await watch(Number(mode), Number(rest[0] ?? 1))
