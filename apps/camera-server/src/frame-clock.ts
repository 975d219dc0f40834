import type { CaptureSource, SourceFrame } from './capture-source.ts'

/** A frame with its number and moment. */
export interface TimedFrame extends SourceFrame {
  readonly index: number
  /** Unix time, ms */
  readonly takenAtMs: number
}

/** Turns a source into a camera: the same frame for everyone who asks within one period, a new one after it. */
export interface FrameClock {
  /** The frame of this moment. Nothing is computed while nobody asks. */
  current(): Promise<TimedFrame>
  /** Calls back with every new frame until the returned function is called. */
  subscribe(onFrame: (frame: TimedFrame) => void, onError: (error: unknown) => void): () => void
  close(): void
}

const MILLISECONDS = 1000

/** @param now  Unix time, ms */
export function createFrameClock(source: CaptureSource, now: () => number): FrameClock {
  const periodMs = MILLISECONDS / source.fps
  const subscribers = new Set<{ onFrame: (frame: TimedFrame) => void; onError: (error: unknown) => void }>()
  let latest: TimedFrame | null = null
  let pending: Promise<TimedFrame> | null = null
  let nextIndex = 0
  let lastAnnounced = -1
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  const take = async (): Promise<TimedFrame> => {
    const index = nextIndex++
    const frame = await source.frameAt(index)
    latest = { ...frame, index, takenAtMs: now() }
    return latest
  }
  const current = (): Promise<TimedFrame> => {
    if (latest !== null && now() - latest.takenAtMs < periodMs) return Promise.resolve(latest)
    pending ??= take().finally(() => {
      pending = null
    })
    return pending
  }
  const tick = async (): Promise<void> => {
    timer = null
    if (subscribers.size === 0 || isClosed) return
    try {
      const frame = await current()
      // Timers may fire a little early; a frame is announced once.
      if (frame.index !== lastAnnounced) for (const subscriber of subscribers) subscriber.onFrame(frame)
      lastAnnounced = frame.index
    } catch (error) {
      for (const subscriber of subscribers) subscriber.onError(error)
    }
    schedule()
  }
  const schedule = (): void => {
    if (timer !== null || subscribers.size === 0 || isClosed) return
    const waited = latest === null ? periodMs : now() - latest.takenAtMs
    timer = setTimeout(() => void tick(), Math.max(1, periodMs - waited))
  }
  return {
    current,
    subscribe(onFrame, onError) {
      const subscriber = { onFrame, onError }
      subscribers.add(subscriber)
      schedule()
      return () => subscribers.delete(subscriber)
    },
    close() {
      isClosed = true
      subscribers.clear()
      if (timer !== null) clearTimeout(timer)
    },
  }
}
