import {
  createSearchSteps,
  type PoseEnvironment,
  type PreparedModel,
  type PreparedScene,
  type SearchQuestion,
  type SearchRunner,
  type SearchSteps,
} from '@sextant/pose'
import { createCrew, serveCrew, type Crew, type CrewHandler } from './crew.ts'

/** What goes with every item of one step of one search. */
interface SearchJob {
  readonly search: number
  readonly scene: string
  readonly model: string
  readonly question: SearchQuestion
  readonly step: keyof SearchSteps
}

/** Threads for the searches of one caller, one search after the other. */
export interface SearchThreads {
  readonly threads: number
  /** for PoseEnvironment; the answers are those of one thread */
  readonly openRunner: NonNullable<PoseEnvironment['openRunner']>
  close(): Promise<void>
}

/** Frames and objects every thread keeps; what one search needs and the next ones are likely to. */
const SCENES_KEPT = 2
const MODELS_KEPT = 4
/** Items for each thread before the clock is looked at. */
const ITEMS_PER_LOOK = 3

/**
 * Starts `threads - 1` workers beside the caller. The caller must be a thread that may sleep: a worker, not the thread
 * of a server's event loop.
 *
 * @param entry  a worker file that calls serveSearches
 */
export function createSearchThreads(entry: URL, threads: number): SearchThreads {
  const crew = createCrew(entry, threads, createHandler())
  const sceneKeys = createKeys('scene', SCENES_KEPT, crew)
  const modelKeys = createKeys('model', MODELS_KEPT, crew)
  let searches = 0
  return {
    threads: crew.threads,
    openRunner(scene, model, question): SearchRunner {
      const base = { search: searches++, scene: sceneKeys(scene), model: modelKeys(model), question }
      const map = (step: keyof SearchSteps, items: readonly unknown[]): unknown[] => {
        const job: SearchJob = { ...base, step }
        return crew.map(job, items)
      }
      return { map: map as SearchRunner['map'], batch: ITEMS_PER_LOOK * crew.threads }
    },
    close: () => crew.close(),
  }
}

/** The other side. */
export function serveSearches(): void {
  serveCrew(createHandler())
}

function createHandler(): CrewHandler {
  const current = { search: -1, steps: null as SearchSteps | null }
  return (work, item, kept) => {
    const { search, scene, model, question, step } = work as SearchJob
    if (current.search !== search || current.steps === null) {
      current.steps = createSearchSteps(kept.get(scene) as PreparedScene, kept.get(model) as PreparedModel, question)
      current.search = search
    }
    const { [step]: run } = current.steps
    return run(item as never)
  }
}

/** Keys of the values used last; older ones are forgotten by all threads. */
function createKeys(kind: string, limit: number, crew: Crew): (value: object) => string {
  const keys = new Map<object, string>()
  let count = 0
  return (value) => {
    const key = keys.get(value) ?? `${kind}-${count++}`
    if (!keys.delete(value)) crew.keep(key, value)
    keys.set(value, key)
    for (const [other, old] of keys) {
      if (keys.size <= limit) break
      keys.delete(other)
      crew.forget(old)
    }
    return key
  }
}
