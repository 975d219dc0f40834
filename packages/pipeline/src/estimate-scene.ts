import {
  PlatformError,
  type Detection,
  type EngineChoiceV2,
  type EngineNameV2,
  type ErrorCode,
  type PoseOptionsV2,
} from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { interpretScene, type SceneClaims, type SceneOutcome } from './interpret-scene.ts'
import { planEvidence, type UserEvidence } from './plan-evidence.ts'
import type { EncodedFrame, ObjectReference, PoseResult, StageEnv, Stages } from './stages.ts'

/** An object to look for, and what the user knows about where it is. */
export interface SceneObject extends ObjectReference {
  readonly evidence?: UserEvidence | null
}

export interface SceneRequest {
  readonly frame: EncodedFrame
  readonly objects: readonly SceneObject[]
  /** `maxInstances` and `scoreThreshold` hold for every object, after competition */
  readonly options: PoseOptionsV2
  /** of segmentation and pose; null: each stage's own */
  readonly engine: EngineChoiceV2 | null
  /** most detections passed from segmentation to pose, where segmentation is asked */
  readonly detectionLimit: number
  /** objects searched at a time */
  readonly concurrency: number
}

export interface SceneEnv extends StageEnv {
  /** monotonic clock, ms */
  readonly now: () => number
  /** told when the search for an object begins and ends */
  readonly onObject?: (index: number, state: 'running' | 'searched') => void
}

/** One object of the scene: what is answered, or the refusal of its search. */
export interface SceneObjectResult {
  readonly outcome: SceneOutcome
  readonly object: PoseResult['object'] | null
  readonly error: PlatformError | null
  /** the one that posed it; null: its search was refused */
  readonly engine: EngineNameV2 | null
  readonly seconds: number
  readonly timings: Readonly<Record<string, number>>
}

/** Searches answer poses down to this probability: competition needs the improbable too. */
const CLAIM_THRESHOLD = 0.03
/** Poses of one object beyond those asked for: its second best place, when the best is another object. */
const SPARE_CLAIMS = 2

/** Refusals that rendering the templates may mend. */
const TEMPLATES_WANTED: ReadonlySet<ErrorCode> = new Set(['bundle.not_found', 'bundle.incomplete'])

const FAILED: SceneClaims = { status: 'not_found', reason: null, poses: [], bestRejected: null }

/**
 * Many objects in one frame: each is searched in the whole frame, then the claims are resolved jointly. The geometric
 * engine searches the proposals that the pose stage makes of the frame once for all objects, and needs no templates; for
 * the networks segmentation is asked. An object whose search is refused does not spoil the others.
 */
export async function estimateScene(
  request: SceneRequest,
  stages: Stages,
  env: SceneEnv,
): Promise<SceneObjectResult[]> {
  const { frame, objects, options } = request
  const searchOptions = {
    ...options,
    maxInstances: options.maxInstances + SPARE_CLAIMS,
    scoreThreshold: Math.min(CLAIM_THRESHOLD, options.scoreThreshold),
  }
  // 1 every object alone
  const searches = await mapLimited(objects, request.concurrency, async (object, index) => {
    env.onObject?.(index, 'running')
    const started = env.now()
    const seconds = (): number => (env.now() - started) / MILLISECONDS_PER_SECOND
    try {
      const { evidence, ...reference } = object
      const plan = planEvidence(evidence ?? null, frame.camera, searchOptions)
      const search = { ...request, object: reference, detections: plan.detections, options: plan.options }
      const result = await searchObject(search, stages, env)
      return { result: { ...result, outcome: plan.choose(result.outcome) }, error: null, seconds: seconds() }
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      return { result: null, error, seconds: seconds() }
    } finally {
      env.onObject?.(index, 'searched')
    }
  })
  // 2 all together
  const outcomes = interpretScene(
    searches.map(({ result }) => result?.outcome ?? FAILED),
    options,
  )
  return searches.map(({ result, error, seconds }, index) => ({
    outcome: outcomes[index] as SceneOutcome,
    object: result?.object ?? null,
    engine: result?.engine ?? null,
    error,
    seconds,
    timings: result?.timings ?? {},
  }))
}

/** What was refused to every object alike, and so to the scene: an engine that is not there. */
export function refusalOfScene(results: readonly SceneObjectResult[]): PlatformError | null {
  const first = results[0]?.error ?? null
  return first?.code === 'engine.unavailable' ? first : null
}

interface ObjectSearch extends Pick<SceneRequest, 'frame' | 'options' | 'engine' | 'detectionLimit'> {
  readonly object: ObjectReference
  readonly detections: readonly Detection[] | null
}

/**
 * The networks pose what segmentation has found, or the user has pointed at, and compare with templates; the geometric
 * engine needs neither. Which engine a stage takes by itself is known once it has answered, or has asked for templates.
 */
async function searchObject(search: ObjectSearch, stages: Stages, env: StageEnv): Promise<PoseResult> {
  const { frame, object, detections, options, engine, detectionLimit: limit } = search
  const question = { frame, object, detections, options, engine }
  if (engine !== 'sam6d') {
    const result = await nullWithoutTemplates(stages.pose.estimate(question, env))
    if (result !== null && (result.engine === 'geometric' || detections !== null)) return result
  }
  await stages.templates.ensure(object, env)
  if (detections !== null) return stages.pose.estimate(question, env)
  const found = await stages.segmentation.detect({ frame, object, limit, engine }, env)
  const result = await stages.pose.estimate({ ...question, detections: found.detections }, env)
  return { ...result, timings: { ...namedTimings('segmentation', found.timings), ...result.timings } }
}

/** null: the stage refuses for want of templates, so its networks are to answer. */
async function nullWithoutTemplates(answer: Promise<PoseResult>): Promise<PoseResult | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof PlatformError && TEMPLATES_WANTED.has(error.code)) return null
    throw error
  }
}

function namedTimings(stage: string, timings: PoseResult['timings']): PoseResult['timings'] {
  return Object.fromEntries(Object.entries(timings).map(([name, ms]) => [`${stage} ${name}`, ms]))
}

/** Works on at most `limit` items at a time; results in the order of the items. */
async function mapLimited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as Item, index)
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, lane))
  return results
}
