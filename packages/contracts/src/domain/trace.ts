/** Milliseconds per named step, in the order they ran. A repeated name adds up. */
export type StageTimings = Record<string, number>

/** Collects timings as data; the shell decides what to print. */
export interface Trace {
  readonly timings: StageTimings
  /** Runs `work` and adds its duration under `name`. */
  span<T>(name: string, work: () => T): T
}

/** @param now  monotonic clock, ms */
export function createTrace(now: () => number): Trace {
  const timings: StageTimings = {}
  return {
    timings,
    span(name, work) {
      const started = now()
      try {
        return work()
      } finally {
        timings[name] = (timings[name] ?? 0) + now() - started
      }
    },
  }
}
