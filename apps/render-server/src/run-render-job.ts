import type { TemplateRecipe } from '@sextant/contracts'
import type { JobContext } from '@sextant/jobs'
import type { WorkerPool } from '@sextant/service-kit'
import { createRenderControl, readProgress, requestCancel } from './render-control.ts'
import type { RenderOutcome, RenderTask } from './render-template-set.ts'

/** One template job: the paths as the client wrote them, and where they lie here. */
export interface RenderJobInput {
  /** as in the request */
  readonly requestedCadPath: string
  readonly requestedOutputDir: string
  /** host paths */
  readonly cadPath: string
  readonly outputDirectory: string
  readonly recipe: TemplateRecipe
  readonly force: boolean
}

const PROGRESS_INTERVAL_MS = 100

/** A thread that does not stop by itself within this time is ended. */
const GRACE_MS = 5000

/** Runs a job on the pool: hands progress up and the wish to stop down. */
export async function runRenderJob(
  pool: Pick<WorkerPool<RenderTask, RenderOutcome>, 'run'>,
  input: RenderJobInput,
  context: JobContext,
  settings: Pick<RenderTask, 'blender' | 'createdBy'>,
): Promise<RenderOutcome> {
  const control = createRenderControl()
  const hardStop = new AbortController()
  let graceTimer: NodeJS.Timeout | undefined
  const stop = (): void => {
    requestCancel(control)
    graceTimer = setTimeout(() => hardStop.abort(), GRACE_MS)
  }
  if (context.signal.aborted) stop()
  else context.signal.addEventListener('abort', stop, { once: true })
  let lastDone = 0
  const progressTimer = setInterval(() => {
    const progress = readProgress(control)
    if (progress === null || progress.done === lastDone) return
    lastDone = progress.done
    context.report(progress)
  }, PROGRESS_INTERVAL_MS)
  try {
    const { cadPath, force, outputDirectory, recipe } = input
    const interruptedSinceMs = context.attempt > 1 ? context.createdAtMs : null
    const task = { ...settings, cadPath, outputDirectory, recipe, force, interruptedSinceMs, control }
    return await pool.run(task, { signal: hardStop.signal })
  } finally {
    clearInterval(progressTimer)
    clearTimeout(graceTimer)
    context.signal.removeEventListener('abort', stop)
  }
}
