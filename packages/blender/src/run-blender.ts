import { PlatformError } from '@sextant/contracts'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { BlenderOptions } from './blender-options.ts'
import { missingBlender } from './blender-version.ts'

const IS_POSIX = process.platform !== 'win32'

/** Lines that are kept to say why it failed. */
const REMEMBERED_LINES = 20

const PATH = /([A-Za-z]:)?([\\/][^\s\\/:"']+)+/g

/** Cycles tells its progress in these. */
const PROGRESS_LINE = /^Fra:|^\s*$/

/**
 * Runs Blender on a folder that holds scene.json and the mesh. Gives the index of each view once its picture is written.
 * The process is killed when `signal` fires and when the caller leaves early; it never outlives this generator.
 *
 * @throws {PlatformError} renderer.missing, renderer.failed; the signal's reason
 */
export async function* runBlender(
  folder: string,
  { executable, threads }: BlenderOptions,
  signal?: AbortSignal,
): AsyncGenerator<number> {
  signal?.throwIfAborted()
  // Of a request there is nothing in these but what is in the folder. The user's own set-up of Blender is left out.
  const blender = ['--background', '--factory-startup', '-noaudio', '--threads', String(threads)]
  const script = ['--python-exit-code', '1', '--python', scriptFile(), '--', folder]
  const child = spawn(executable, [...blender, ...script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    detached: IS_POSIX,
  })
  const ended = endOf(child)
  // Heard below, which may be long after.
  ended.catch(() => undefined)
  const kill = (): void => killGroup(child)
  signal?.addEventListener('abort', kill, { once: true })
  const lines: string[] = []
  const remember = (line: string): void => {
    if (PROGRESS_LINE.test(line)) return
    lines.push(line)
    if (lines.length > REMEMBERED_LINES) lines.shift()
  }
  createInterface({ input: child.stderr }).on('line', remember)
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const view = /^view (\d+)$/.exec(line)?.[1]
      if (view === undefined) remember(line)
      else yield Number(view)
    }
    const status = await ended
    signal?.throwIfAborted()
    if (status !== 0) throw failedBlender(String(status), lines)
  } finally {
    signal?.removeEventListener('abort', kill)
    kill()
    await ended.catch(() => undefined)
  }
}

/** Where the executable is a wrapper script, Blender itself is its child: the two are one group. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (IS_POSIX) process.kill(-child.pid, 'SIGKILL')
  else child.kill()
}

/** Exit code, or name of the signal. */
async function endOf(child: ChildProcess): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    return code ?? signal ?? 'unknown'
  } catch (cause) {
    throw missingBlender(cause)
  }
}

/** @param lines  the last of what it printed; the detail quotes one, without the paths of this host */
export function failedBlender(how: string, lines: readonly string[]): PlatformError {
  const line = lines.findLast((text) => /error|exception|memory/i.test(text))?.replaceAll(PATH, '(path)')
  const detail = `Blender ended with ${how} before all views were rendered${line === undefined ? '.' : `: ${line}`}`
  return new PlatformError('renderer.failed', { detail, cause: new Error(lines.join('\n')) })
}

/** In src/assets of this package, and copied by tools/build.mjs into dist/assets of every app. */
function scriptFile(): string {
  const parts = dirname(fileURLToPath(import.meta.url)).split(/[\\/]/)
  const index = Math.max(parts.lastIndexOf('dist'), parts.lastIndexOf('src'))
  const file = join(parts.slice(0, index + 1).join('/'), 'assets', 'render-views.py')
  if (!existsSync(file)) throw new Error('the script render-views.py is not built; run npm run build')
  return file
}
