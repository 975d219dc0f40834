import { runV2, type ObjectReferenceV2, type RunV2 } from '@sextant/contracts'
import { useEffect, useRef, useState } from 'react'
import type { Problem } from '../api/http.ts'
import { asProblem, get } from '../api/http.ts'
import { isOver, startRun, type FrameChoice } from '../api/queries.ts'
import { toRunFields, type RunSettings } from '../api/run-settings.ts'

export interface BatchFrame {
  readonly name: string
  readonly choice: FrameChoice
}

export interface BatchItem {
  readonly name: string
  /** null: not done yet, or it could not be started */
  readonly run: RunV2 | null
  readonly error: string | null
}

export interface Batch {
  readonly items: readonly BatchItem[]
  readonly isRunning: boolean
  /** why the batch ended early */
  readonly error: Problem | null
  start(
    frames: readonly BatchFrame[],
    objects: readonly ObjectReferenceV2[],
    settings: RunSettings,
    pauseSeconds: number,
  ): void
  /** Ends after the run under way. */
  readonly stop: () => void
}

const ASK_EVERY_MS = 400
const MILLISECONDS_PER_SECOND = 1000
/** A server that is restarted by its keeper is back within this. */
const MAX_LOST_ANSWERS = 150

/** Runs one frame after the other; a frame that fails does not end the batch. */
export function useBatch(): Batch {
  const [items, setItems] = useState<readonly BatchItem[]>([])
  const [isRunning, setRunning] = useState(false)
  const [error, setError] = useState<Problem | null>(null)
  const isStopped = useRef(false)
  useEffect(
    () => () => {
      isStopped.current = true
    },
    [],
  )
  const put = (index: number, change: Partial<BatchItem>): void => {
    setItems((known) => known.map((item, i) => (i === index ? { ...item, ...change } : item)))
  }
  const work = async (
    frames: readonly BatchFrame[],
    objects: readonly ObjectReferenceV2[],
    settings: RunSettings,
    pauseSeconds: number,
  ): Promise<void> => {
    for (const [index, { choice }] of frames.entries()) {
      if (isStopped.current) break
      try {
        const started = await startRun(choice, { objects: [...objects], ...toRunFields(settings) })
        put(index, { run: await waitFor(started.id) })
      } catch (failure) {
        const problem = asProblem(failure)
        put(index, { error: `${problem.code} ${problem.message}` })
      }
      if (pauseSeconds > 0) await wait(pauseSeconds * MILLISECONDS_PER_SECOND)
    }
  }
  return {
    items,
    isRunning,
    error,
    start(frames, objects, settings, pauseSeconds) {
      isStopped.current = false
      setItems(frames.map(({ name }) => ({ name, run: null, error: null })))
      setError(null)
      setRunning(true)
      work(frames, objects, settings, pauseSeconds)
        .catch((failure: unknown) => {
          setError(asProblem(failure))
        })
        .finally(() => {
          setRunning(false)
        })
    },
    stop() {
      isStopped.current = true
    },
  }
}

/** The run once it is over. */
async function waitFor(id: string): Promise<RunV2> {
  let lost = 0
  for (;;) {
    try {
      const run = await get(`/api/v2/runs/${id}`, runV2)
      if (isOver(run)) return run
      lost = 0
    } catch (failure) {
      if (++lost > MAX_LOST_ANSWERS || !asProblem(failure).retryable) throw failure
    }
    await wait(ASK_EVERY_MS)
  }
}

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
