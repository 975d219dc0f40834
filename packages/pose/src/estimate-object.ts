import type { Detection, ObjectOutcome, Trace } from '@sextant/contracts'
import { perpendiculars, type Vector3 } from '@sextant/geometry'
import { answerPoses, outcomeWithout } from './answer-poses.ts'
import { distinctCandidates } from './explained-pixels.ts'
import { modelForPicture } from './model-for-picture.ts'
import { composeMotions, turnAbout, type FreeAxis } from './near-symmetries.ts'
import { SEARCH_EFFORTS, type PoseOptions } from './options.ts'
import { planSearches } from './plan-searches.ts'
import { isMeasured, sortByScore, thinCandidates, type Candidate } from './pose-pool.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { createLocalRunner, type SearchQuestion, type SearchRunner, type SearchSteps } from './search-steps.ts'
import { settleTurn } from './settle-turn.ts'

/** What the engine takes from outside. */
export interface PoseEnvironment {
  readonly trace: Trace
  /** monotonic clock, ms; needed for a time budget */
  readonly now?: () => number
  /** polled between steps; true goes on with what is there */
  readonly isCancelled?: () => boolean
  /** several threads; the answer is the same as of one */
  readonly openRunner?: (scene: PreparedScene, model: PreparedModel, question: SearchQuestion) => SearchRunner
}

/** Share of the time budget that is gone when a stage has to hand over what it has. */
const STAGE_ENDS = { hypotheses: 0.45, refineCoarse: 0.55, verifyCoarse: 0.68, finish: 0.92 }

const DEGREES = Math.PI / 180
/** Poses within the radius, diameters, are at one location, where so many are turned; several slender things lie closer. */
const LOCATION = { one: { radius: 0.3, turned: Infinity }, several: { radius: 0.15, turned: 1 } }

/**
 * Finds the instances of one object in one frame.
 *
 * @param detections  where to look: masks of a user or a network are searched alone and count in the score; proposals
 *                    are searched besides the engine's own; null = the engine's own proposals of the whole frame
 * @returns poses best first, or why there is none and the best hypothesis that was not believed
 */
export function estimateObject(
  scene: PreparedScene,
  prepared: PreparedModel,
  detections: readonly Detection[] | null,
  options: PoseOptions,
  env: PoseEnvironment,
): ObjectOutcome {
  const model = modelForPicture(prepared, scene.picture, options.cadColors)
  const effort = SEARCH_EFFORTS[options.preset]
  const { trace } = env
  const isOver = createStopwatch(options.timeBudgetMs, env)
  if (!scene.fine.depths.some((z) => z > 0)) return outcomeWithout('no_depth', null)

  // 1 where to look
  const trusted = detections?.filter((detection) => detection.source !== 'proposal') ?? []
  const searches = trace.span('regions', () => planSearches(scene, model, detections, effort))
  if (searches.length === 0) return outcomeWithout('no_candidates', null)
  const mask = trusted.length === 1 ? trusted[0] : null
  const question: SearchQuestion = { mask, seed: options.seed, generator: options.generator }
  const runner = (env.openRunner ?? createLocalRunner)(scene, model, question)
  const isTimed = options.timeBudgetMs !== null || env.isCancelled !== undefined

  // 2 hypotheses in every region, refined coarsely
  const pool = trace
    .span('hypotheses', () =>
      whileTime(
        searches,
        isTimed ? runner.batch : Infinity,
        () => isOver(STAGE_ENDS.hypotheses),
        (batch) => runner.map('hypotheses', batch),
      ),
    )
    .flat()
  if (pool.length === 0) return outcomeWithout('no_hypotheses', null)
  const treat = (
    stage: string,
    step: Exclude<keyof SearchSteps, 'hypotheses'>,
    candidates: readonly Candidate[],
    end: number,
  ): Candidate[] =>
    trace.span(stage, () =>
      whileTime(
        candidates,
        isTimed ? 4 * runner.batch : Infinity,
        () => isOver(end),
        (batch) => runner.map(step, batch),
      ),
    )
  const coarse = sortByScore(pool).slice(0, effort.coarsePool + 60 * (options.maxInstances - 1))
  const refined = treat('refine coarse', 'refineCoarse', coarse, STAGE_ENDS.refineCoarse)

  // 3 coarse verification of the pool; one place that suits many poses must not fill it
  const location = options.maxInstances === 1 ? LOCATION.one : LOCATION.several
  const radius = location.radius * model.diameter
  const spacing = {
    distance: 0.03 * model.diameter,
    angle: 6 * DEGREES,
    perLocation: mask === null ? effort.perLocation : Infinity,
    radius,
  }
  const unique = thinCandidates(sortByScore(refined), {
    ...spacing,
    limit: (mask === null ? effort.verifyPool : effort.maskVerifyPool) + 20 * (options.maxInstances - 1),
  })
  const verified = treat('verify coarse', 'verifyCoarse', unique, STAGE_ENDS.verifyCoarse)

  // 4 finalists: fine refinement and verification at full effort
  const best = thinCandidates(sortByScore(verified), {
    ...spacing,
    limit: (mask === null ? effort.finalists : effort.maskFinalists) + 3 * (options.maxInstances - 1),
  })
  const finalists = sortByScore(treat('finish', 'finish', best, STAGE_ENDS.finish))

  // 5 near-symmetric alternatives of the best
  const alternatives = trace.span('symmetries', () => {
    const places = {
      limit: effort.symmetryFinalists + options.maxInstances - 1,
      distance: 0,
      angle: 0,
      perLocation: location.turned,
      radius,
    }
    const starts = thinCandidates(finalists, places)
    if (isOver(STAGE_ENDS.finish)) return []
    const turned = runner.map('finishTurned', expandSymmetries(model, starts))
    if (isOver(STAGE_ENDS.finish)) return turned
    const besides = thinCandidates(sortByScore([...starts, ...turned]), places)
    return [...turned, ...searchFreeTurns(model, besides, runner)]
  })
  const ranked = sortByScore([...finalists, ...alternatives].filter(isMeasured))

  // 6 every pixel explained once, turns settled by what is small
  const distinct = trace.span('distinct', () =>
    distinctCandidates(scene, model, ranked, options.maxInstances + 1).map((best) =>
      settleTurn(scene, model, ranked, best),
    ),
  )
  const outcome = trace.span('answer', () =>
    answerPoses(scene, model, distinct, (region) => searches[region].detectionIndex, options),
  )
  // An object not found in too little time may still be there.
  return outcome.poses.length === 0 && isOver(1) ? { ...outcome, reason: 'deadline_exceeded' } : outcome
}

/** Tells whether a share of the time budget is gone, or the caller has given up. */
function createStopwatch(
  timeBudgetMs: number | null,
  { now, isCancelled }: PoseEnvironment,
): (share: number) => boolean {
  const started = now?.() ?? 0
  return (share) =>
    isCancelled?.() === true || (timeBudgetMs !== null && now !== undefined && now() - started > share * timeBudgetMs)
}

/** Works through the items, a batch at a time, until time is up; returns what was made. The first batch is always done. */
function whileTime<Item, Result>(
  items: readonly Item[],
  batch: number,
  isOver: () => boolean,
  work: (batch: readonly Item[]) => Result[],
): Result[] {
  const results: Result[] = []
  for (let from = 0; from < items.length; from += batch) {
    if (from > 0 && isOver()) break
    results.push(...work(items.slice(from, from + batch)))
  }
  return results
}

/** Turns tried about a free axis: enough where nothing tells them apart, and where a handle does. */
const FREE_TURNS = { exact: 12, telling: 24 }

/**
 * The poses that look alike: discrete motions, a full circle about every free axis, and for the best poses the same
 * turned over (a mug upside down differs by its rim alone).
 */
function expandSymmetries(model: PreparedModel, finalists: readonly Candidate[]): Candidate[] {
  const turns: Float64Array[] = []
  const flips: Float64Array[] = []
  for (const axis of model.freeAxes) {
    const count = axis.isExact ? FREE_TURNS.exact : FREE_TURNS.telling
    const flip = turnOver(axis, model)
    for (let k = 0; k < count; k++) {
      const turn = turnAbout(axis, (2 * Math.PI * k) / count)
      if (k > 0) turns.push(turn)
      flips.push(composeMotions(turn, flip))
    }
  }
  return finalists.flatMap((finalist, rank) =>
    [...model.nearSymmetries, ...turns, ...(rank === 0 ? flips : [])].map((motion) => movedBy(motion, finalist)),
  )
}

/** The candidate after a motion of the object, not verified yet. */
function movedBy(motion: Float64Array, { pose, region }: Candidate): Candidate {
  return { pose: composeMotions(pose, motion), score: -1, region, verification: null }
}

/** Half a turn about a line across the free axis through the middle of the object's extent along it. */
function turnOver(axis: FreeAxis, model: PreparedModel): Float64Array {
  const [x, y, z] = axis.direction
  const { positions } = model.checkPoints
  let low = Infinity
  let high = -Infinity
  for (let i = 0; i < positions.length; i += 3) {
    const along = x * positions[i] + y * positions[i + 1] + z * positions[i + 2]
    low = Math.min(low, along)
    high = Math.max(high, along)
  }
  const own = x * axis.point[0] + y * axis.point[1] + z * axis.point[2]
  const shift = (low + high) / 2 - own
  const point: Vector3 = [axis.point[0] + shift * x, axis.point[1] + shift * y, axis.point[2] + shift * z]
  const [across] = perpendiculars(axis.direction)
  return turnAbout({ direction: across, point, isExact: false }, Math.PI)
}

/** Halving steps about every free axis, as far as the score rises: geometry cannot tell the turn, colour and edges can. */
const FREE_TURN_STEPS_DEGREES = [15, 7.5, 4, 2, 1]

function searchFreeTurns(
  model: PreparedModel,
  candidates: readonly Candidate[],
  runner: SearchRunner,
): readonly Candidate[] {
  if (model.freeAxes.length !== 1) return []
  const [axis] = model.freeAxes
  let best = candidates
  for (const step of FREE_TURN_STEPS_DEGREES) {
    const tried = runner.map(
      'verifyFine',
      best.flatMap((start) => [-1, 1].map((sign) => movedBy(turnAbout(axis, sign * step * DEGREES), start))),
    )
    best = best.map((start, k) => tried.slice(2 * k, 2 * k + 2).reduce((a, b) => (b.score > a.score ? b : a), start))
  }
  return best
}
