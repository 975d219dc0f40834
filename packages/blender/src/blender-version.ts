import { PlatformError } from '@sextant/contracts'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A cold start from a slow disk; a warm one takes a quarter of a second. */
const PATIENCE_MS = 30_000

/**
 * Asks the executable what it is.
 *
 * @param executable  name on the search path, or path
 * @returns such as "Blender 3.4.1"
 * @throws {PlatformError} renderer.missing: not there, not executable, or not Blender
 */
export async function blenderVersion(executable: string): Promise<string> {
  const options = { timeout: PATIENCE_MS, killSignal: 'SIGKILL' } as const
  const answer = await promisify(execFile)(executable, ['--version'], options).catch((cause: unknown) => {
    throw missingBlender(cause)
  })
  const version = /^Blender \d\S*/m.exec(answer.stdout)?.[0]
  if (version === undefined) throw missingBlender(new Error(`it says ${answer.stdout.slice(0, 100)}`))
  return version
}

/** What a client reads names no path of this host; the cause does, and is logged. */
export function missingBlender(cause: unknown): PlatformError {
  const detail =
    'Blender cannot be started on the Render server. Install it, set RENDER_BLENDER, or ask for the rasteriser.'
  return new PlatformError('renderer.missing', { detail, cause })
}
