import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const MILLISECONDS_PER_DAY = 86_400_000
/** Folders that a run made: `YYYYMMDD_HHMMSS_<tag>`, and the unfinished ones beside them. */
const OUTPUT = /^[.]?\d{8}_\d{6}_/

/**
 * Removes output folders that are older; what clients named themselves stays.
 *
 * @param directory  static/output
 * @param keepDays   0 = keep all
 * @param nowMs      Unix time
 * @returns folders removed
 */
export async function pruneOutputs(directory: string, keepDays: number, nowMs: number): Promise<number> {
  if (keepDays === 0) return 0
  const names = await readdir(directory).catch(() => [])
  let removed = 0
  for (const name of names) {
    if (!OUTPUT.test(name)) continue
    const path = join(directory, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: nowMs }))
    if (nowMs - mtimeMs <= keepDays * MILLISECONDS_PER_DAY) continue
    await rm(path, { recursive: true, force: true })
    removed++
  }
  return removed
}
