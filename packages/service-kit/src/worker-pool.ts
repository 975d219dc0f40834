import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PlatformError } from '@sextant/contracts'
import { Piscina } from 'piscina'
import type { WorkerAnswer } from './worker-answer.ts'

/** A bounded pool of worker threads; heavy work runs there so that the event loop keeps answering. */
export interface WorkerPool<Task, Result> {
  /** @throws {PlatformError} capacity.queue_full, and whatever the worker refused with */
  run(task: Task, options?: { readonly signal?: AbortSignal }): Promise<Result>
  readonly queueLength: () => number
  readonly running: () => number
  close(): Promise<void>
}

export interface WorkerPoolOptions {
  /** the bundled worker file; see workerEntry */
  readonly entry: URL
  readonly threads: number
  readonly maxQueue: number
}

/**
 * Flags of the threads. Piscina loads a worker with require() before it tries import(), and a thread that is ended while
 * require() loads an ES module takes the whole process down (V8: IsGraphAsync must be used on an instantiated module).
 */
const THREAD_FLAGS = ['--enable-source-maps', '--no-experimental-require-module'].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
)

export function createWorkerPool<Task, Result>(options: WorkerPoolOptions): WorkerPool<Task, Result> {
  const pool = new Piscina({
    filename: options.entry.href,
    minThreads: options.threads,
    maxThreads: options.threads,
    maxQueue: options.maxQueue,
    concurrentTasksPerWorker: 1,
    idleTimeout: Infinity,
    execArgv: THREAD_FLAGS,
  })
  let pending = 0
  return {
    async run(task, { signal } = {}) {
      let answer: WorkerAnswer<Result>
      pending++
      try {
        answer = (await pool.run(task, signal === undefined ? {} : { signal })) as WorkerAnswer<Result>
      } catch (error) {
        throw asPoolError(error, options.maxQueue)
      } finally {
        pending--
      }
      if (answer.ok) return answer.value
      throw new PlatformError(answer.code, { detail: answer.detail, cause: answer.stack })
    },
    queueLength: () => pool.queueSize,
    running: () => Math.max(0, pending - pool.queueSize),
    close: () => pool.destroy(),
  }
}

function asPoolError(error: unknown, maxQueue: number): unknown {
  const { message = '', name = '' } = error as Partial<Error>
  if (message.includes('queue')) {
    return new PlatformError('capacity.queue_full', {
      detail: `${maxQueue} requests are waiting; try again`,
      cause: error,
    })
  }
  if (name === 'AbortError') return new PlatformError('request.cancelled', { detail: 'cancelled', cause: error })
  return error
}

/**
 * The bundled file of a worker, whether the caller runs bundled (from dist) or from source (tests).
 *
 * @param moduleUrl  import.meta.url of any module of the app
 * @throws {Error} when the app was not built
 */
export function workerEntry(moduleUrl: string, name: string): URL {
  const parts = fileURLToPath(moduleUrl).split(/[\\/]/)
  const index = Math.max(parts.lastIndexOf('dist'), parts.lastIndexOf('src'))
  const app = parts.slice(0, index).join('/')
  const file = join(app, 'dist', 'workers', `${name}.worker.js`)
  if (!existsSync(file)) throw new Error(`the worker ${name} is not built; run npm run build`)
  return pathToFileURL(file)
}
