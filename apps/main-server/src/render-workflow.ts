import { setTimeout as delay } from 'node:timers/promises'
import { RENDER_REFUSALS } from '@sextant/client'
import { PlatformError, type JobPriorityV2 } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import type { LibraryObject } from '@sextant/library'
import { z } from 'zod'
import type { Dependencies } from './compose.ts'

/** One entry of the results of a render workflow. */
export type RenderItem =
  | { object_name: string; success: true; skipped: true; message: string }
  | { object_name: string; success: true; result: Record<string, unknown> }
  | { object_name: string; success: false; error: string }

export interface RenderTarget {
  readonly className: string
  readonly name: string
}

export interface RenderOrder {
  /** render what is there, too */
  readonly force: boolean
  readonly priority: JobPriorityV2
  readonly requestId: string
}

const jobAnswer = z.looseObject({ job_id: z.string(), status: z.string() })
type JobAnswer = z.infer<typeof jobAnswer>

/** How the Render server is asked on behalf of one order. */
interface RenderCalls {
  /** Repeats the call while its queue is full, and while a server that answered before is silent. */
  ask<T>(call: () => Promise<T>): Promise<T>
}

const POLL_MS = 100
const ANSWER_MS = 5000
/** A Render server that was restarted goes on with its jobs: it may be silent this long. */
const SILENCE_MS = 60_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/**
 * Renders the templates of objects through the Render server: all are queued there at once, as far as its queue has
 * room, then followed to their end, a restart of the Render server included. A failure is an entry, not an exception.
 *
 * @returns one entry for each target, in their order
 */
export async function renderObjects(
  targets: readonly RenderTarget[],
  order: RenderOrder,
  deps: Dependencies,
): Promise<RenderItem[]> {
  const calls = createRenderCalls(deps.config.timeoutSeconds.render * MILLISECONDS_PER_SECOND)
  const begun: (RenderItem | JobAnswer)[] = []
  for (const target of targets) begun.push(await beginRender(target, order, calls, deps))
  const items: RenderItem[] = []
  for (const [index, entry] of begun.entries()) {
    const name = targets[index]?.name ?? ''
    items.push('job_id' in entry ? await renderedItem(name, entry, calls, deps) : entry)
  }
  return items
}

/** Queues the job of one object, or says why there is none. */
async function beginRender(
  { className, name }: RenderTarget,
  { force, priority, requestId }: RenderOrder,
  calls: RenderCalls,
  deps: Dependencies,
): Promise<RenderItem | JobAnswer> {
  let object: LibraryObject
  try {
    object = await deps.library.findObject(className, name)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'object.not_found') throw error
    return { object_name: name, success: false, error: `CAD file not found: ${name} (looking for .ply, .obj, or .stl)` }
  }
  if (!force && (await deps.library.hasTemplates(object))) {
    return { object_name: name, success: true, skipped: true, message: 'Template already exists' }
  }
  try {
    const body = { cad_path: object.cadPath, output_dir: object.templateDirectory, force, priority }
    // A job asked for twice is joined: the key is the same.
    const env = { requestId, codeOfStatus: RENDER_REFUSALS }
    return await calls.ask(() => deps.remotes.render.post('/render/templates', body, jobAnswer, env))
  } catch (error) {
    if (error instanceof PlatformError) return { object_name: name, success: false, error: error.message }
    throw error
  }
}

async function renderedItem(
  name: string,
  begun: JobAnswer,
  calls: RenderCalls,
  deps: Dependencies,
): Promise<RenderItem> {
  try {
    const result = await endOfJob(begun, calls, deps)
    if (result.status === 'succeeded') return { object_name: name, success: true, result }
    const text = typeof result.error_message === 'string' ? result.error_message : result.status
    return { object_name: name, success: false, error: `Render server failed: ${text}` }
  } catch (error) {
    if (error instanceof PlatformError) return { object_name: name, success: false, error: error.message }
    throw error
  }
}

/**
 * Asks for a job until it has ended.
 *
 * @throws {PlatformError} job.not_found, deadline.exceeded, upstream.unreachable after a minute of silence
 */
async function endOfJob(begun: JobAnswer, calls: RenderCalls, { config, remotes }: Dependencies): Promise<JobAnswer> {
  const deadline = performance.now() + config.timeoutSeconds.render * MILLISECONDS_PER_SECOND
  let job = begun
  while (job.status === 'queued' || job.status === 'running') {
    if (performance.now() > deadline) {
      const detail = `the template job did not end within ${config.timeoutSeconds.render} s`
      throw new PlatformError('deadline.exceeded', { detail, stage: 'render' })
    }
    await delay(POLL_MS)
    const url = `${config.urls.render}/jobs/${begun.job_id}`
    const { status, body } = await calls.ask(() => remotes.render.get(url, ANSWER_MS))
    if (status === 404) {
      const detail = 'the Render server no longer knows the template job; it was restarted and keeps none'
      throw new PlatformError('job.not_found', { detail, stage: 'render' })
    }
    job = jobAnswer.safeParse(body).data ?? job
  }
  return job
}

/**
 * A server that never answered is not waited for. Silence counts for the whole order, so that a server which does not
 * come back costs one minute, not one for each object.
 *
 * @param fullQueueMs  longest wait for room in the queue
 */
function createRenderCalls(fullQueueMs: number): RenderCalls {
  let heardAt = -Infinity
  return {
    async ask(call) {
      const askedAt = performance.now()
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        try {
          const answer = await call()
          heardAt = performance.now()
          return answer
        } catch (error) {
          if (!(error instanceof PlatformError)) throw error
          if (error.code !== 'upstream.unreachable') heardAt = performance.now()
          const isWorthWaiting =
            (error.code === 'upstream.unreachable' && performance.now() - heardAt < SILENCE_MS) ||
            (error.code === 'capacity.queue_full' && performance.now() - askedAt < fullQueueMs)
          if (!isWorthWaiting) throw error
        }
        await delay(pause)
      }
    },
  }
}

/** Objects of one class, or of all. @throws {PlatformError} class.not_found */
export async function objectsOf(className: string | null | undefined, deps: Dependencies): Promise<LibraryObject[]> {
  const classes = className ? [className] : await deps.library.listClasses()
  return (await Promise.all(classes.map((name) => deps.library.listObjects(name)))).flat()
}
