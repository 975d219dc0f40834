import type { Detection, ObjectOutcome, PoseEstimate, RejectionReason, Trace } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import type { HypothesisList, LookupGrid } from '@sextant/hypotheses'
import { proposalsWithin } from '@sextant/regions'
import { estimateDepthOffset } from './depth-offset.ts'
import { createRaceWorkspace, HYPOTHESIS_GENERATORS, type RaceWorkspace } from './hypothesis-generators.ts'
import { SEARCH_EFFORTS, type PoseOptions, type SearchEffort } from './options.ts'
import { composeMotions, turnAbout } from './near-symmetries.ts'
import { centerDistance, sortByScore, thinCandidates, type Candidate } from './pose-pool.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { createRefineWorkspace, icpGridOf, refineCoarse, refineFine } from './refine-candidate.ts'
import { poseEstimateOf } from './pose-estimate.ts'
import { levelMaskOf, weightsOfRegion } from './region-weights.ts'
import { trustedPixels, regionsOfDetections, samplePixels, type SearchRegion } from './search-region.ts'
import { createVerifyWorkspace, verifyPose, type LevelMask, type VerifyModel } from './verify-pose.ts'

/** What the engine takes from outside. */
export interface PoseEnvironment {
  readonly trace: Trace
  /** monotonic clock, ms; needed for a time budget */
  readonly now?: () => number
  /** polled between steps; true goes on with what is there */
  readonly isCancelled?: () => boolean
}

/** Share of the time budget that is gone when a stage has to hand over what it has. */
const STAGE_ENDS = { hypotheses: 0.45, refineCoarse: 0.55, verifyCoarse: 0.68, refineFine: 0.85, verifyFine: 0.95 }

const DEGREES = Math.PI / 180
const PAIR_VOXEL = 0.065
/** An object with fewer coarse pixels across is verified on the fine level from the start. */
const MIN_COARSE_PIXELS = 45

/**
 * Finds the instances of one object in one frame.
 *
 * @param detections  where to look: proposals are searched for their points only; masks of a user or a network also
 *                    count in the score; null = the engine's own proposals of the whole frame
 * @returns poses best first, or why there is none and the best hypothesis that was not believed
 */
export function estimateObject(
  scene: PreparedScene,
  model: PreparedModel,
  detections: readonly Detection[] | null,
  options: PoseOptions,
  env: PoseEnvironment,
): ObjectOutcome {
  const effort = SEARCH_EFFORTS[options.preset]
  const { trace } = env
  const isOver = createStopwatch(options.timeBudgetMs, env)
  if (!scene.fine.depths.some((z) => z > 0)) return outcomeWithout('no_depth', null)

  // 1 where to look
  const trusted = detections?.filter((detection) => detection.source !== 'proposal') ?? []
  const searches = trace.span('regions', () => planSearches(scene, model, detections, effort))
  if (searches.length === 0) return outcomeWithout('no_candidates', null)

  // 2 hypotheses in every region, refined coarsely
  const pool: Candidate[] = []
  for (const [index, search] of searches.entries()) {
    if (pool.length > 0 && isOver(STAGE_ENDS.hypotheses)) break
    pool.push(...trace.span('hypotheses', () => hypothesesOf(scene, model, search, index, options)))
  }
  if (pool.length === 0) return outcomeWithout('no_hypotheses', null)
  const mask = trusted.length === 1 ? trusted[0] : null
  const weights = mask === null ? null : weightsOfRegion(scene.fine, trustedPixels(mask.mask, scene))
  const grid = icpGridOf(scene.fine, weights)
  const refine = createRefineWorkspace(scene, model)
  const coarse = sortByScore(pool).slice(0, effort.coarsePool + 60 * (options.maxInstances - 1))
  const refined = trace.span('refine coarse', () =>
    whileTime(
      coarse,
      () => isOver(STAGE_ENDS.refineCoarse),
      (candidate) => refineCoarse(refine, model, grid, candidate.pose),
    ),
  )

  // 3 coarse verification of the pool
  const noise = scene.surface.inverseDepthNoise
  const coarseModel: VerifyModel = { mesh: model.coarseMesh, diameter: model.diameter, usesColor: model.usesColor }
  const fineModel: VerifyModel = { ...coarseModel, mesh: model.fineMesh }
  const coarseWorkspace = createVerifyWorkspace(scene.coarse, scene.coarseSegments)
  const fineWorkspace = createVerifyWorkspace(scene.fine, scene.fineSegments)
  const coarseMask = mask === null ? null : levelMaskOf(scene, scene.coarse, mask)
  const fineMask = mask === null ? null : levelMaskOf(scene, scene.fine, mask)
  const verify = (candidate: Candidate, isFine: boolean): void => {
    const isSmall = (model.diameter * scene.coarse.camera.fx) / candidate.pose[11] < MIN_COARSE_PIXELS
    const result =
      isFine || isSmall
        ? verifyPose(fineWorkspace, isFine ? fineModel : coarseModel, candidate.pose, noise, fineMask)
        : verifyPose(coarseWorkspace, coarseModel, candidate.pose, noise, coarseMask)
    candidate.verification = result
    candidate.score = result.score
  }
  const unique = thinCandidates(refined, {
    limit: (mask === null ? effort.verifyPool : effort.maskVerifyPool) + 20 * (options.maxInstances - 1),
    distance: 0.03 * model.diameter,
    angle: 6 * DEGREES,
    perLocation: Infinity,
    radius: 0,
  })
  const verified = trace.span('verify coarse', () =>
    whileTime(
      unique,
      () => isOver(STAGE_ENDS.verifyCoarse),
      (candidate) => verify(candidate, false),
    ),
  )

  // 4 finalists: fine refinement, then verification at full effort
  const best = thinCandidates(sortByScore(verified), {
    limit: (mask === null ? effort.finalists : effort.maskFinalists) + 3 * (options.maxInstances - 1),
    distance: 0.03 * model.diameter,
    angle: 6 * DEGREES,
    perLocation: mask === null ? effort.perLocation : Infinity,
    radius: 0.3 * model.diameter,
  })
  const finalists = trace.span('refine fine', () =>
    whileTime(
      best,
      () => isOver(STAGE_ENDS.refineFine),
      (candidate) => refineFine(refine, scene, model, grid, candidate.pose, noise),
    ),
  )
  trace.span('verify fine', () => finalists.forEach((candidate) => verify(candidate, true)))
  sortByScore(finalists)

  // 5 near-symmetric alternatives of the best
  const alternatives = trace.span('symmetries', () => {
    const starts = finalists.slice(0, effort.symmetryFinalists + options.maxInstances - 1)
    const turned = isOver(STAGE_ENDS.verifyFine) ? [] : expandSymmetries(model, starts)
    for (const candidate of turned) {
      refineFine(refine, scene, model, grid, candidate.pose, noise, [{ iterations: 3 }])
      verify(candidate, true)
    }
    if (isOver(STAGE_ENDS.verifyFine)) return turned
    return [...turned, ...searchFreeTurns(model, sortByScore([...starts, ...turned]).slice(0, starts.length), verify)]
  })
  const ranked = sortByScore([...finalists, ...alternatives])

  // 6 one explanation per place
  const distinct: Candidate[] = []
  for (const candidate of ranked) {
    if (distinct.every((other) => centerDistance(candidate.pose, other.pose) > 0.35 * model.diameter)) {
      distinct.push(candidate)
    }
  }
  const outcome = trace.span('answer', () => answerOf(scene, model, searches, distinct, options))
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

/** Works through the items until time is up and returns those done; the first is always done. */
function whileTime<T>(items: readonly T[], isOver: () => boolean, work: (item: T) => void): T[] {
  let done = 0
  for (const item of items) {
    if (done > 0 && isOver()) break
    work(item)
    done++
  }
  return items.slice(0, done)
}

interface Search extends SearchRegion {
  readonly poseBudget: number
  readonly keep: number
  readonly isTrusted: boolean
}

/** Regions worth searching, with their share of the effort. */
function planSearches(
  scene: PreparedScene,
  model: PreparedModel,
  detections: readonly Detection[] | null,
  effort: SearchEffort,
): Search[] {
  const searches: Search[] = []
  const perProposal = { poseBudget: effort.proposalPoses, keep: effort.keepPerProposal, isTrusted: false }
  if (detections === null) {
    const limits = { low: 0.2 * model.diameter, high: 2.2 * model.diameter }
    const fitting = scene.proposals.filter((p) => p.extentMm >= limits.low && p.extentMm <= limits.high)
    for (const { maskPixels } of fitting.slice(0, effort.proposals)) {
      searches.push({ pixels: maskPixels, detectionIndex: null, ...perProposal })
    }
    return searches
  }
  for (const region of regionsOfDetections(scene, detections)) {
    const detection = detections[region.detectionIndex ?? 0]
    if (detection.source === 'proposal') {
      if (searches.length < effort.proposals) searches.push({ ...region, ...perProposal })
      continue
    }
    searches.push({ ...region, poseBudget: effort.maskPoses, keep: effort.keepPerMask, isTrusted: true })
    // A mask may be merged with a neighbour: its parts are searched too.
    const inside = new Uint8Array(scene.fine.width * scene.fine.height)
    for (const pixel of region.pixels) inside[pixel] = 1
    for (const part of proposalsWithin(scene.regions, scene.surface, inside)) {
      if (part.extentMm < 0.2 * model.diameter || part.areaPx > 0.85 * region.pixels.length) continue
      searches.push({ pixels: part.maskPixels, detectionIndex: region.detectionIndex, ...perProposal })
    }
  }
  return searches
}

const raceWorkspace = { current: null as RaceWorkspace | null }
/** A trusted region with fewer pairs that fit is also tried with evenly turned views. */
const FEW_HYPOTHESES = 20

function hypothesesOf(
  scene: PreparedScene,
  model: PreparedModel,
  search: Search,
  index: number,
  options: PoseOptions,
): Candidate[] {
  const points = samplePixels(scene, search.pixels, PAIR_VOXEL * model.diameter)
  if (points.positions.length < 6 * 3) return []
  const { fx, fy, cx, cy } = scene.fine.camera
  const grid: LookupGrid = {
    width: scene.fine.width,
    height: scene.fine.height,
    fx,
    fy,
    cx,
    cy,
    depths: scene.fine.depths,
    normals: scene.fine.normals,
    weights: weightsOfRegion(scene.fine, search.pixels),
  }
  const ws = (raceWorkspace.current ??= createRaceWorkspace())
  const question = {
    model,
    points,
    grid,
    noise: scene.surface.inverseDepthNoise,
    poseBudget: search.poseBudget,
    limit: search.keep,
    rng: createRng(options.seed + Math.imul(index + 1, 0x9e3779b9)),
  }
  const first = candidatesOf(HYPOTHESIS_GENERATORS[options.generator](ws, question), index)
  if (first.length >= FEW_HYPOTHESES || !search.isTrusted || options.generator === 'views') return first
  return [...first, ...candidatesOf(HYPOTHESIS_GENERATORS.views(ws, question), index)]
}

function candidatesOf(list: HypothesisList, region: number): Candidate[] {
  return Array.from({ length: list.count }, (_, k) => ({
    pose: Float64Array.from(list.poses.subarray(12 * k, 12 * k + 12)),
    score: list.scores[k],
    region,
    verification: null,
  }))
}

const FREE_TURNS = 12

/** The poses that look alike: discrete motions, and a full circle about every free axis. */
function expandSymmetries(model: PreparedModel, finalists: readonly Candidate[]): Candidate[] {
  const motions = [...model.nearSymmetries]
  for (const axis of model.freeAxes) {
    for (let k = 1; k < FREE_TURNS; k++) motions.push(turnAbout(axis, (2 * Math.PI * k) / FREE_TURNS))
  }
  return finalists.flatMap((finalist) =>
    motions.map((motion) => ({
      pose: composeMotions(finalist.pose, motion),
      score: -1,
      region: finalist.region,
      verification: null,
    })),
  )
}

/** Halving steps about every free axis, as far as the score rises: geometry cannot tell the turn, colour and edges can. */
const FREE_TURN_STEPS_DEGREES = [15, 7.5, 4, 2, 1]

function searchFreeTurns(
  model: PreparedModel,
  candidates: readonly Candidate[],
  verify: (candidate: Candidate, isFine: boolean) => void,
): Candidate[] {
  if (model.freeAxes.length !== 1) return []
  const [axis] = model.freeAxes
  return candidates.map((start) => {
    let best = start
    for (const step of FREE_TURN_STEPS_DEGREES) {
      for (const sign of [-1, 1]) {
        const pose = composeMotions(best.pose, turnAbout(axis, sign * step * DEGREES))
        const candidate: Candidate = { pose, score: -1, region: start.region, verification: null }
        verify(candidate, true)
        if (candidate.score > best.score) best = candidate
      }
    }
    return best
  })
}

function answerOf(
  scene: PreparedScene,
  model: PreparedModel,
  searches: readonly Search[],
  distinct: readonly Candidate[],
  options: PoseOptions,
): ObjectOutcome {
  const estimates: PoseEstimate[] = []
  let bestRejected: PoseEstimate | null = null
  for (const candidate of distinct.slice(0, options.maxInstances + 1)) {
    const { detectionIndex } = searches[candidate.region]
    const estimate = poseEstimateOf(scene, model, candidate, detectionIndex)
    if (estimate.score >= options.scoreThreshold && estimates.length < options.maxInstances) {
      estimates.push({ ...estimate, depthOffset: estimateDepthOffset(scene, model, candidate.pose) })
    } else bestRejected ??= estimate
  }
  if (estimates.length > 0) return { status: 'estimated', reason: null, poses: estimates, bestRejected }
  return outcomeWithout('score_below_threshold', bestRejected)
}

function outcomeWithout(reason: RejectionReason, bestRejected: PoseEstimate | null): ObjectOutcome {
  return { status: bestRejected === null ? 'not_found' : 'rejected', reason, poses: [], bestRejected }
}

export type { LevelMask }
