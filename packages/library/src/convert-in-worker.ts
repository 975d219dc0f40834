import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { PlatformError } from '@sextant/contracts'
import { tooMuchMemory, type ConversionAnswer, type ConversionTask } from './convert-mesh.ts'

export interface ConversionLimits {
  readonly timeoutMs: number
  /** of the JavaScript heap, and of WebAssembly */
  readonly maxMemoryBytes: number
}

export const CONVERSION_LIMITS: ConversionLimits = { timeoutMs: 120_000, maxMemoryBytes: 2 ** 31 }

/**
 * Converts a CAD file on a thread of its own: a parser that loops or devours memory takes the thread down, not the
 * process.
 *
 * @returns a canonical PLY
 * @throws {PlatformError} mesh.*, deadline.exceeded
 */
export function convertInWorker(
  task: Omit<ConversionTask, 'maxMemoryBytes'>,
  { timeoutMs, maxMemoryBytes }: ConversionLimits = CONVERSION_LIMITS,
): Promise<Uint8Array<ArrayBuffer>> {
  const worker = new Worker(workerFile(), {
    workerData: { ...task, maxMemoryBytes } satisfies ConversionTask,
    resourceLimits: { maxOldGenerationSizeMb: Math.ceil(maxMemoryBytes / 2 ** 20) },
    execArgv: [],
  })
  return new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new PlatformError('deadline.exceeded', {
          detail: `${task.fileName} could not be read within ${timeoutMs} ms; simplify it or export it as PLY`,
        }),
      )
      void worker.terminate()
    }, timeoutMs)
    worker.once('message', (answer: ConversionAnswer) => {
      if (answer.ok) resolve(answer.ply)
      else reject(new PlatformError(answer.code, { detail: answer.detail }))
    })
    worker.once('error', (cause: NodeJS.ErrnoException) => {
      const isMemory = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      const detail = isMemory ? tooMuchMemory(task.fileName, maxMemoryBytes) : `${task.fileName} broke its parser`
      reject(new PlatformError(isMemory ? 'mesh.too_large' : 'mesh.undecodable', { detail, cause }))
    })
    worker.once('exit', () => {
      clearTimeout(timer)
      // Without an answer before: an answer settles the promise first.
      reject(new PlatformError('mesh.undecodable', { detail: `${task.fileName} broke its parser` }))
    })
  })
}

/** The bundled worker of whatever runs: an app from dist, or this package from source. */
function workerFile(): string {
  const parts = dirname(fileURLToPath(import.meta.url)).split(/[\\/]/)
  const index = Math.max(parts.lastIndexOf('dist'), parts.lastIndexOf('src'))
  const file = join(parts.slice(0, index).join('/'), 'dist', 'workers', 'mesh.worker.js')
  if (!existsSync(file)) throw new Error('the worker mesh is not built; run npm run build')
  return file
}
