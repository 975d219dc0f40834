// A crew works for one caller that waits: the caller hands out items, does its own share, and sleeps until the others
// are done. Large inputs are kept by every thread under a key; their arrays live in shared memory and are not copied.
import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  parentPort,
  workerData,
  type MessagePort,
} from 'node:worker_threads'
import { shareArrays } from '@sextant/geometry'

/** What a thread does with one item; `kept` holds what the caller asked it to keep. */
export type CrewHandler = (job: unknown, item: unknown, kept: ReadonlyMap<string, unknown>) => unknown

export interface Crew {
  /** the caller included */
  readonly threads: number
  /** Makes a value known to all threads under a key; arrays are moved to shared memory on the way. */
  keep(key: string, value: unknown): void
  forget(key: string): void
  /**
   * Works through the items on all threads. Must not be called on a thread that serves an event loop.
   *
   * @param job  plain data that goes with every item
   * @returns results in the order of the items, whoever made them
   * @throws {Error} the first failure of any thread; the crew goes on
   */
  map(job: unknown, items: readonly unknown[]): unknown[]
  close(): Promise<void>
}

interface Order {
  readonly job: unknown
  readonly items: readonly unknown[]
  readonly keep: readonly (readonly [string, unknown])[]
  readonly forget: readonly string[]
}
interface Report {
  readonly results: readonly unknown[] | null
  readonly error: string | null
}

/** A thread that says nothing for so long is lost, ms. */
const SILENCE_LIMIT_MS = 120_000

/**
 * Starts `threads - 1` workers beside the caller.
 *
 * @param entry    a file that calls serveCrew
 * @param handler  the same work for the caller's own share
 */
export function createCrew(entry: URL, threads: number, handler: CrewHandler): Crew {
  const done = new Int32Array(new SharedArrayBuffer(4))
  const kept = new Map<string, unknown>()
  const helpers = Array.from({ length: Math.max(0, threads - 1) }, () => {
    const { port1, port2 } = new MessageChannel()
    const worker = new Worker(entry, { workerData: { port: port2, done }, transferList: [port2] })
    worker.unref()
    port1.unref()
    return { worker, port: port1, keep: [] as [string, unknown][], forget: [] as string[] }
  })
  const awaitAll = (before: number, count: number): void => {
    for (;;) {
      const now = Atomics.load(done, 0)
      if (now - before >= count) return
      if (Atomics.wait(done, 0, now, SILENCE_LIMIT_MS) === 'timed-out') throw new Error('a search thread is lost')
    }
  }
  return {
    threads: helpers.length + 1,
    keep(key, value) {
      if (helpers.length === 0) {
        kept.set(key, value)
        return
      }
      const shared = shareArrays(value)
      kept.set(key, shared)
      for (const helper of helpers) helper.keep.push([key, shared])
    },
    forget(key) {
      kept.delete(key)
      for (const helper of helpers) {
        helper.keep = helper.keep.filter(([other]) => other !== key)
        helper.forget.push(key)
      }
    },
    map(job, items) {
      const stride = Math.min(helpers.length + 1, Math.max(1, items.length))
      const shareOf = (k: number): unknown[] => items.filter((_, index) => index % stride === k)
      const before = Atomics.load(done, 0)
      const asked = helpers.slice(0, stride - 1)
      asked.forEach((helper, k) => {
        const order: Order = { job, items: shareOf(k + 1), keep: helper.keep, forget: helper.forget }
        helper.port.postMessage(order)
        helper.keep = []
        helper.forget = []
      })
      const shares: unknown[][] = []
      let failure: Error | null = null
      try {
        shares.push(shareOf(0).map((item) => handler(job, item, kept)))
      } catch (error) {
        failure = error instanceof Error ? error : new Error('the work failed', { cause: error })
      }
      awaitAll(before, asked.length)
      for (const helper of asked) {
        const { results, error } = receiveMessageOnPort(helper.port)?.message as Report
        if (results === null) failure ??= new Error(error ?? 'a search thread failed')
        else shares.push([...results])
      }
      if (failure !== null) throw failure
      return items.map((_, index) => shares[index % stride]?.[Math.floor(index / stride)])
    },
    async close() {
      await Promise.all(helpers.map(({ worker }) => worker.terminate()))
    },
  }
}

/** The other side: answers orders until the caller is gone. */
export function serveCrew(handler: CrewHandler): void {
  if (parentPort === null) throw new Error('serveCrew needs a worker thread')
  const { port, done } = workerData as { readonly port: MessagePort; readonly done: Int32Array }
  const kept = new Map<string, unknown>()
  port.on('message', ({ job, items, keep, forget }: Order) => {
    for (const key of forget) kept.delete(key)
    for (const [key, value] of keep) kept.set(key, value)
    let report: Report
    try {
      report = { results: items.map((item) => handler(job, item, kept)), error: null }
    } catch (error) {
      report = { results: null, error: String(error) }
    }
    port.postMessage(report)
    Atomics.add(done, 0, 1)
    Atomics.notify(done, 0)
  })
}
