// The steps of a search that treat one item at a time: the part that several threads can share. A step is a function of
// the prepared frame, the prepared object, the question and the item alone, so that any thread gives the same result.
import type { Detection } from '@sextant/contracts'
import { createRng } from '@sextant/geometry'
import {
  createRaceWorkspace,
  quickScoreOf,
  toleranceAt,
  type HypothesisList,
  type RaceWorkspace,
} from '@sextant/hypotheses'
import { HYPOTHESIS_GENERATORS } from './hypothesis-generators.ts'
import type { GeneratorName } from './options.ts'
import { sortByScore, type Candidate } from './pose-pool.ts'
import type { PreparedModel } from './prepare-model.ts'
import type { PreparedScene } from './prepare-scene.ts'
import { createRefineWorkspace, refineCoarse, refineFine } from './refine-candidate.ts'
import { levelMaskOf, weightsOfRegion } from './region-weights.ts'
import { gridOf } from './scene-level.ts'
import { samplePixels, trustedPixels, type SearchRegion } from './search-region.ts'
import { measureSupport, penetrationOf } from './support-planes.ts'
import { createVerifyWorkspace, verifyPose, type VerifyModel } from './verify-pose.ts'

const PAIR_VOXEL = 0.065
/** An object with fewer coarse pixels across is verified on the fine level from the start. */
const MIN_COARSE_PIXELS = 45
/** A trusted region with fewer pairs that fit is also tried with evenly turned views. */
const FEW_HYPOTHESES = 20
/** A refined pose is scored with so many tolerances; while racing, with 2.5. */
const REFINED_TOLERANCE = 1.5
/** Most poses of a proposal that meet the support planes: about all that a race leaves. */
const RACED = 120
/** Points that say how deep a pose reaches below a support plane. */
const SOLID_POINTS = 64
/** Unrefined poses are a little off: so deep costs nothing, and so deep costs all (diameters). */
const PENETRATION = { free: 0.08, full: 0.23, cost: 0.3 }

/** One region to draw hypotheses from. */
export interface Search extends SearchRegion {
  /** position among the regions; part of the seed */
  readonly index: number
  readonly poseBudget: number
  readonly keep: number
  readonly isTrusted: boolean
}

/** What all items of a search have in common; plain data. */
export interface SearchQuestion {
  /** the one trusted mask; null without, or with several */
  readonly mask: Detection | null
  readonly seed: number
  readonly generator: GeneratorName
}

export interface SearchSteps {
  /** hypotheses of one region, best first */
  readonly hypotheses: (search: Search) => Candidate[]
  /** coarse refinement, and the quick score of the pose it leads to */
  readonly refineCoarse: (candidate: Candidate) => Candidate
  readonly verifyCoarse: (candidate: Candidate) => Candidate
  /** fine refinement and verification */
  readonly finish: (candidate: Candidate) => Candidate
  /** the same for a pose that is nearly refined */
  readonly finishTurned: (candidate: Candidate) => Candidate
  readonly verifyFine: (candidate: Candidate) => Candidate
}

/** How a search works through many items: on one thread, or on several with the same result. */
export interface SearchRunner {
  map(step: 'hypotheses', items: readonly Search[]): Candidate[][]
  map(step: Exclude<keyof SearchSteps, 'hypotheses'>, items: readonly Candidate[]): Candidate[]
  /** items that are worth handing out together while the clock is watched */
  readonly batch: number
}

const raceWorkspace = { current: null as RaceWorkspace | null }

/** The steps of one question, with their workspaces. */
export function createSearchSteps(scene: PreparedScene, model: PreparedModel, question: SearchQuestion): SearchSteps {
  const { mask } = question
  const noise = scene.surface.inverseDepthNoise
  const weights = mask === null ? null : weightsOfRegion(scene.fine, trustedPixels(mask.mask, scene))
  const grid = gridOf(scene.fine, weights)
  const frame = gridOf(scene.fine, null)
  const reach = penetrationCostOf(scene, model)
  const refine = createRefineWorkspace(scene, model)
  const coarseModel: VerifyModel = {
    mesh: model.coarseMesh,
    points: model.checkPoints,
    diameter: model.diameter,
    usesColor: model.usesColor,
  }
  const fineModel: VerifyModel = { ...coarseModel, mesh: model.fineMesh }
  const coarseWorkspace = createVerifyWorkspace(scene.coarse, scene.coarseSegments, scene)
  const fineWorkspace = createVerifyWorkspace(scene.fine, scene.fineSegments, scene)
  const coarseMask = mask === null ? null : levelMaskOf(scene, scene.coarse, mask)
  const fineMask = mask === null ? null : levelMaskOf(scene, scene.fine, mask)
  const verify = (candidate: Candidate, isFine: boolean): Candidate => {
    const isSmall = (model.diameter * scene.coarse.camera.fx) / candidate.pose[11] < MIN_COARSE_PIXELS
    const result =
      isFine || isSmall
        ? verifyPose(fineWorkspace, isFine ? fineModel : coarseModel, candidate.pose, noise, fineMask)
        : verifyPose(coarseWorkspace, coarseModel, candidate.pose, noise, coarseMask)
    candidate.verification = result
    candidate.score = result.score
    return candidate
  }
  return {
    hypotheses: (search) => hypothesesOf(scene, model, search, question, reach),
    refineCoarse: (candidate) => {
      const { pose } = candidate
      refineCoarse(refine, model, grid, pose)
      const tolerance = REFINED_TOLERANCE * toleranceAt(pose[11], model.diameter, noise)
      candidate.score = quickScoreOf(pose, model.checkPoints, frame, tolerance) - reach(pose)
      return candidate
    },
    verifyCoarse: (candidate) => verify(candidate, false),
    finish: (candidate) => {
      refineFine(refine, scene, model, grid, candidate.pose, noise)
      return verify(candidate, true)
    },
    finishTurned: (candidate) => {
      refineFine(refine, scene, model, grid, candidate.pose, noise, [{ iterations: 3 }])
      return verify(candidate, true)
    },
    verifyFine: (candidate) => verify(candidate, true),
  }
}

/** Runs the steps on the calling thread. */
export function createLocalRunner(scene: PreparedScene, model: PreparedModel, question: SearchQuestion): SearchRunner {
  const steps = createSearchSteps(scene, model, question)
  const map = (step: keyof SearchSteps, items: readonly (Search & Candidate)[]): unknown[] =>
    items.map((item) => steps[step](item))
  return { map: map as SearchRunner['map'], batch: 1 }
}

function hypothesesOf(
  scene: PreparedScene,
  model: PreparedModel,
  search: Search,
  { seed, generator }: SearchQuestion,
  reach: PenetrationCost,
): Candidate[] {
  const points = samplePixels(scene, search.pixels, PAIR_VOXEL * model.diameter)
  if (points.positions.length < 6 * 3) return []
  const grid = gridOf(scene.fine, weightsOfRegion(scene.fine, search.pixels))
  const ws = (raceWorkspace.current ??= createRaceWorkspace())
  const question = {
    model,
    points,
    grid,
    noise: scene.surface.inverseDepthNoise,
    poseBudget: search.poseBudget,
    limit: Math.max(RACED, search.keep),
    rng: createRng(seed + Math.imul(search.index + 1, 0x9e3779b9)),
  }
  const best = (list: HypothesisList): Candidate[] => {
    const candidates = candidatesOf(list, search.index)
    for (const candidate of candidates) candidate.score -= reach(candidate.pose)
    return sortByScore(candidates).slice(0, search.keep)
  }
  const first = best(HYPOTHESIS_GENERATORS[generator](ws, question))
  if (first.length >= FEW_HYPOTHESES || !search.isTrusted || generator === 'views') return first
  return [...first, ...best(HYPOTHESIS_GENERATORS.views(ws, question))]
}

/** What a pose loses of its quick score for reaching below a support plane, which racing does not see. */
type PenetrationCost = (pose: Float64Array) => number

function penetrationCostOf({ surface, supportPlanes }: PreparedScene, model: PreparedModel): PenetrationCost {
  const { positions, normals } = model.checkPoints
  const points = {
    positions: positions.subarray(0, 3 * SOLID_POINTS),
    normals: normals.subarray(0, 3 * SOLID_POINTS),
    chroma: null,
  }
  const { free, full, cost } = PENETRATION
  return (pose) => {
    const tolerance = toleranceAt(pose[11], model.diameter, surface.inverseDepthNoise)
    const support = measureSupport(surface, supportPlanes, pose, points, tolerance)
    const depth = penetrationOf(support, tolerance, model.diameter)
    return cost * Math.min(1, Math.max(0, (depth - free) / (full - free)))
  }
}

function candidatesOf(list: HypothesisList, region: number): Candidate[] {
  return Array.from({ length: list.count }, (_, k) => ({
    pose: Float64Array.from(list.poses.subarray(12 * k, 12 * k + 12)),
    score: list.scores[k],
    region,
    verification: null,
  }))
}
