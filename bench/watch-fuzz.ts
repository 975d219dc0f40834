// Many broken inputs through one reader. A child process reads them; this one watches it, so that a crash or a hang is
// reported with its seed and the run goes on.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** One input takes milliseconds; one that takes this long hangs. */
const HANG_MS = 10_000
/** Heap of the reading process, MB: an input of a kilobyte has no business with more. */
const HEAP_MB = 512

export interface Fuzz {
  /** path of the script; it is started again as the child */
  readonly script: string
  readonly fileCount: number
  /** The input follows from the seed and the index alone. */
  readonly inputOf: (seed: number, index: number) => { readonly name: string; readonly bytes: Uint8Array }
  /** what became of it: `read`, a code or a reason, or `broken: <what was thrown>` */
  readonly outcomeOf: (name: string, bytes: Uint8Array) => Promise<string>
}

interface Report {
  readonly index: number
  readonly outcome: string
  readonly ms: number
  readonly rssMb: number
}

/** Arguments: [inputs] [seed]. The process fails when an input crashes, hangs or throws anything without a code. */
export async function runFuzz(fuzz: Fuzz, args: readonly string[]): Promise<void> {
  const [mode = '10000', ...rest] = args
  if (mode === '--child') {
    const [seed = 0, first = 0, end = 0] = rest.map(Number)
    await readAll(fuzz, seed, first, end)
  } else await watch(fuzz, Number(mode), Number(rest[0] ?? 1))
}

async function readAll({ inputOf, outcomeOf }: Fuzz, seed: number, first: number, end: number): Promise<void> {
  for (let index = first; index < end; index++) {
    const { name, bytes } = inputOf(seed, index)
    const started = performance.now()
    const outcome = await outcomeOf(name, bytes)
    const ms = performance.now() - started
    const report: Report = { index, outcome, ms, rssMb: process.memoryUsage.rss() / 2 ** 20 }
    await new Promise((resolve) => process.send?.(report, resolve))
  }
  process.disconnect()
}

async function watch({ script, fileCount, inputOf }: Fuzz, count: number, seed: number): Promise<void> {
  const outcomes = new Map<string, number>()
  const times: number[] = []
  const failures: string[] = []
  let slowest = { index: -1, ms: 0 }
  let peakRssMb = 0
  let next = 0
  while (next < count) {
    const child = fork(script, ['--child', String(seed), String(next), String(count)], {
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
  const read = outcomes.get('read') ?? 0
  console.log(`${count} inputs from ${fileCount} files, seed ${seed}: ${read} read, ${times.length - read} not`)
  for (const [outcome, n] of [...outcomes].sort((a, b) => b[1] - a[1]))
    console.log(`  ${String(n).padStart(6)} ${outcome}`)
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
