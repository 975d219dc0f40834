import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('process-that-dies.ts', import.meta.url))

/** Starts process-that-dies.ts, and kills it without a chance to tidy up. */
export function createProcesses() {
  const children: ChildProcess[] = []
  const startUntil = async (args: readonly string[], lastLines: readonly string[]) => {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (lastLines.every((last) => lines.includes(last))) break
    }
    return { child, lines }
  }
  return {
    /** Resolves once the process has said all of `lastLines`. */
    start: async (args: readonly string[], lastLines: readonly string[]): Promise<ChildProcess> =>
      (await startUntil(args, lastLines)).child,
    /** Kills the process once it has said all of `lastLines`; returns what it said. */
    async runAndKill(args: readonly string[], lastLines: readonly string[]): Promise<string[]> {
      const { child, lines } = await startUntil(args, lastLines)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      return lines
    },
    killAll(): void {
      for (const child of children.splice(0)) child.kill('SIGKILL')
    },
  }
}
