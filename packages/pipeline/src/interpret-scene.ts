import type { ObjectOutcome, PoseEstimate } from '@sextant/contracts'
import { areaOf, rleOfRuns, runsOf, sharedArea, subtractRuns, uniteRuns, type PixelRuns } from './pixel-runs.ts'

/** What one object's search alone claims: poses best first, down to the improbable. */
export type SceneClaims = Pick<ObjectOutcome, 'status' | 'reason' | 'poses' | 'bestRejected'>

export interface SceneLimits {
  /** most poses of each object */
  readonly maxInstances: number
  /** least probability of an answered pose, after competition */
  readonly scoreThreshold: number
}

/** The outcome of one object in the scene. */
export interface SceneOutcome extends ObjectOutcome {
  /** index of the object that explains the pixels of the best pose that was not answered; null: none does */
  readonly explainedBy: number | null
}

/** Two claims compete when they share more than this part of the smaller one's pixels. */
const COMPETING_SHARE = 0.3
/** Probabilities are not trusted beyond these. */
const SURE = 0.995
/** Share of right answers where the probability was fitted; taken from frames made alike, where it is 0.39. */
const FITTED_PRIOR = 0.4
/** A scene starts from that share as if it had been seen on so many objects. */
const PRIOR_OBJECTS = 4
/** Rounds between the share and the probabilities; more than three change nothing. */
const PRIOR_ROUNDS = 4

interface Claim {
  readonly objectIndex: number
  readonly pose: PoseEstimate
  readonly runs: PixelRuns
  readonly area: number
  readonly odds: number
  readonly rivals: Claim[]
}

/**
 * One explanation of the frame out of what each object's search claims alone. Claims on the same pixels exclude each
 * other, and all may be wrong: the probability of a claim becomes its odds over the odds of all its rivals and of none,
 * so that two sizes of one part that fit nearly alike lower each other. The most probable claim is taken, its rivals
 * fall, and so on; an object whose best place is taken may be believed at its second best. Every pixel is explained at
 * most once: where accepted poses still share a few, the earlier one keeps them.
 *
 * How many of the other objects are there raises the odds of each: a doubtful pose is likelier right where nearly all that
 * was asked for is found. It never lowers them, so that asking for a whole library does not hide the one thing that is
 * there. One object alone keeps its probability.
 *
 * @param alone  outcome of each object, searched alone with a low threshold
 * @cost O(c² r), c claims of r runs
 * @source prior: Saerens, Latinne & Decaestecker 2002, adjusting a classifier to new a priori probabilities, equations 2
 *         and 4, here of the other objects alone, with a prior for the prior, and upwards only
 */
export function interpretScene(alone: readonly SceneClaims[], limits: SceneLimits): SceneOutcome[] {
  const claims = competing(alone)
  let factors = alone.map(() => 1)
  for (let round = 0; round < PRIOR_ROUNDS; round++) factors = priorFactors(alone, claims, factors)
  return outcomesOf(alone, claims, resolve(claims, factors, limits))
}

/**
 * How the odds of each object rise where it stands among these other objects instead of among those of the fit; at least 1.
 *
 * @param factors  of the round before
 */
function priorFactors(alone: readonly SceneClaims[], claims: readonly Claim[], factors: readonly number[]): number[] {
  // A search that was refused tells nothing.
  const isAnswered = alone.map(({ status, reason }) => status !== 'not_found' || reason !== null)
  const believed = alone.map(() => 0)
  const all = new Set(claims)
  for (const claim of claims) {
    const i = claim.objectIndex
    believed[i] = Math.max(believed[i] ?? 0, jointProbability(claim, all, factors))
  }
  const count = isAnswered.filter(Boolean).length
  const sum = believed.reduce((total, score) => total + score, 0)
  return alone.map((_, i) => {
    const others = isAnswered[i] ? count - 1 : count
    const prior = (sum - (believed[i] ?? 0) + FITTED_PRIOR * PRIOR_OBJECTS) / (others + PRIOR_OBJECTS)
    return Math.max(1, prior / (1 - prior) / (FITTED_PRIOR / (1 - FITTED_PRIOR)))
  })
}

interface ScoredClaim {
  readonly claim: Claim
  readonly score: number
}

interface Resolution {
  readonly accepted: readonly ScoredClaim[]
  /** which object took the place of a claim */
  readonly takenBy: ReadonlyMap<Claim, number>
}

/**
 * Takes the most probable claim, drops its rivals, and so on.
 *
 * @param factors  of the odds, for each object
 */
function resolve(claims: readonly Claim[], factors: readonly number[], limits: SceneLimits): Resolution {
  const open = new Set(claims)
  const takenBy = new Map<Claim, number>()
  const accepted: ScoredClaim[] = []
  const counts = new Map<number, number>()
  const best = (): ScoredClaim | null => {
    let top: ScoredClaim | null = null
    for (const claim of open) {
      const score = jointProbability(claim, open, factors)
      if (top === null || score > top.score) top = { claim, score }
    }
    return top
  }
  for (let top = best(); top !== null && top.score >= limits.scoreThreshold; top = best()) {
    const { claim } = top
    const { objectIndex } = claim
    open.delete(claim)
    accepted.push(top)
    for (const rival of claim.rivals) {
      open.delete(rival)
      if (!takenBy.has(rival)) takenBy.set(rival, objectIndex)
    }
    // An object that is where it is, is nowhere else: its other claims stand in nobody's way any more.
    const count = (counts.get(objectIndex) ?? 0) + 1
    counts.set(objectIndex, count)
    if (count < limits.maxInstances) continue
    for (const other of open) if (other.objectIndex === objectIndex) open.delete(other)
  }
  return { accepted, takenBy }
}

function competing(alone: readonly SceneClaims[]): Claim[] {
  const claims = alone.flatMap(({ poses, bestRejected }, objectIndex) =>
    [...poses, ...(bestRejected === null ? [] : [bestRejected])].map((pose): Claim => {
      const runs = runsOf(pose.mask)
      const probability = Math.min(SURE, Math.max(1 - SURE, pose.score))
      return { objectIndex, pose, runs, area: areaOf(runs), odds: probability / (1 - probability), rivals: [] }
    }),
  )
  claims.forEach((a, i) => {
    for (const b of claims.slice(i + 1)) {
      if (sharedArea(a.runs, b.runs) <= COMPETING_SHARE * Math.min(a.area, b.area)) continue
      a.rivals.push(b)
      b.rivals.push(a)
    }
  })
  return claims
}

/** Another pose of the same object is no other explanation: it does not lower the claim. */
function jointProbability(claim: Claim, open: ReadonlySet<Claim>, factors: readonly number[]): number {
  const oddsOf = ({ odds, objectIndex }: Claim): number => odds * (factors[objectIndex] ?? 1)
  const strongest = new Map<number, number>()
  for (const rival of claim.rivals) {
    if (!open.has(rival) || rival.objectIndex === claim.objectIndex) continue
    strongest.set(rival.objectIndex, Math.max(strongest.get(rival.objectIndex) ?? 0, oddsOf(rival)))
  }
  const own = oddsOf(claim)
  return own / (1 + own + [...strongest.values()].reduce((sum, odds) => sum + odds, 0))
}

function outcomesOf(
  alone: readonly SceneClaims[],
  claims: readonly Claim[],
  { accepted, takenBy }: Resolution,
): SceneOutcome[] {
  const poses = alone.map((): PoseEstimate[] => [])
  let explained: PixelRuns = []
  for (const { claim, score } of accepted) {
    const own = subtractRuns(claim.runs, explained)
    explained = uniteRuns(explained, own)
    poses[claim.objectIndex]?.push({ ...claim.pose, score, mask: rleOfRuns(own, claim.pose.mask.size) })
  }
  const isAccepted = new Set(accepted.map(({ claim }) => claim))
  return alone.map((outcome, objectIndex) => {
    const left = claims.find((claim) => claim.objectIndex === objectIndex && !isAccepted.has(claim)) ?? null
    const rival = left === null ? undefined : takenBy.get(left)
    const explainedBy = rival === undefined || rival === objectIndex ? null : rival
    const found = poses[objectIndex] ?? []
    const bestRejected = left?.pose ?? null
    if (found.length > 0) return { status: 'estimated', reason: null, poses: found, bestRejected, explainedBy }
    if (left === null) {
      return { status: 'not_found', reason: outcome.reason, poses: [], bestRejected: null, explainedBy: null }
    }
    const reason =
      explainedBy !== null
        ? 'explained_by_other'
        : outcome.reason === 'deadline_exceeded'
          ? 'deadline_exceeded'
          : 'score_below_threshold'
    return { status: 'rejected', reason, poses: [], bestRejected, explainedBy }
  })
}
