import { createRng, solveCholeskyInPlace } from '@sextant/geometry'

/** One answer: what was claimed and whether it is right. */
export interface ScoredAnswer {
  /** probability or any monotone score */
  readonly score: number
  readonly isRight: boolean
}

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  readonly count: number
  readonly meanScore: number
  readonly rightShare: number
}

export const RELIABILITY_BINS = 10

/** Bins of equal width over 0..1; empty ones are left out. @source Guo et al. 2017, section 2 */
export function reliabilityOf(answers: readonly ScoredAnswer[], binCount = RELIABILITY_BINS): ReliabilityBin[] {
  const bins = Array.from({ length: binCount }, () => ({ count: 0, scores: 0, right: 0 }))
  for (const { score, isRight } of answers) {
    const bin = bins[Math.min(binCount - 1, Math.max(0, Math.floor(score * binCount)))]
    bin.count++
    bin.scores += score
    if (isRight) bin.right++
  }
  return bins
    .filter((bin) => bin.count > 0)
    .map(({ count, scores, right }) => ({ count, meanScore: scores / count, rightShare: right / count }))
}

/** Expected calibration error, 0..1; NaN without answers. @source Guo et al. 2017, equation 3 */
export function calibrationError(answers: readonly ScoredAnswer[]): number {
  const gaps = reliabilityOf(answers).map((bin) => bin.count * Math.abs(bin.meanScore - bin.rightShare))
  return gaps.reduce((sum, gap) => sum + gap, 0) / answers.length
}

/** What the calibration error of a score that is a probability would be. */
export interface CalibrationFloor {
  readonly mean: number
  /** exceeded by one draw in twenty */
  readonly high: number
}

const FLOOR_DRAWS = 2000

/**
 * The calibration error of so few answers is never 0, even where every answer is right just as often as its score says:
 * the error of draws in which it is. What lies below `high` cannot be told from a true probability.
 *
 * @returns NaN without answers
 * @cost O(draws * answers)
 * @source Bröcker & Smith 2007, consistency resampling of reliability diagrams
 */
export function calibrationFloorOf(scores: readonly number[]): CalibrationFloor {
  const rng = createRng(1)
  const errors = Float64Array.from({ length: FLOOR_DRAWS }, () =>
    calibrationError(scores.map((score) => ({ score, isRight: rng.next() < score }))),
  ).sort()
  return { mean: errors.reduce((sum, error) => sum + error, 0) / FLOOR_DRAWS, high: errors[0.95 * FLOOR_DRAWS] }
}

/** One operating point. */
export interface RocPoint {
  readonly threshold: number
  /** of the questions about absent objects, answered above the threshold */
  readonly falsePositiveRate: number
  /** of the true instances, found right above the threshold */
  readonly recall: number
}

/**
 * Operating points at every score, strictest first.
 *
 * @param present  best answer for each true instance; a score of -Infinity where there is none
 * @param absent   highest score for each object that is not there; -Infinity where nothing was answered
 */
export function rocOf(present: readonly ScoredAnswer[], absent: readonly number[]): RocPoint[] {
  const thresholds = [...new Set([...present.map((answer) => answer.score), ...absent])].sort((a, b) => b - a)
  return thresholds
    .filter((threshold) => threshold > -Infinity)
    .map((threshold) => ({
      threshold,
      falsePositiveRate: absent.filter((score) => score >= threshold).length / Math.max(1, absent.length),
      recall: present.filter((answer) => answer.isRight && answer.score >= threshold).length / present.length,
    }))
}

/** The best recall among the points whose false-positive rate does not exceed the limit. */
export function recallAtFalsePositiveRate(points: readonly RocPoint[], limit: number): RocPoint | null {
  const allowed = points.filter((point) => point.falsePositiveRate <= limit)
  return allowed.reduce<RocPoint | null>((best, p) => (best === null || p.recall > best.recall ? p : best), null)
}

const NEWTON_STEPS = 50

/**
 * Fits p = 1 / (1 + exp(-slope (score - midpoint))) by maximum likelihood, with the targets of Platt that keep a
 * separable sample from an infinite slope.
 *
 * @throws {RangeError} all answers are right, or none is
 * @source Platt 1999; Newton steps with halving after Lin et al. 2007
 */
export function fitLogistic(answers: readonly ScoredAnswer[]): { slope: number; midpoint: number } {
  const right = answers.filter((answer) => answer.isRight).length
  const wrong = answers.length - right
  if (right === 0 || wrong === 0) throw new RangeError('a fit needs right and wrong answers')
  const high = (right + 1) / (right + 2)
  const low = 1 / (wrong + 2)
  const lossOf = (a: number, b: number): number =>
    answers.reduce((sum, { score, isRight }) => {
      const z = a * score + b
      return sum + Math.max(z, 0) - (isRight ? high : low) * z + Math.log1p(Math.exp(-Math.abs(z)))
    }, 0)
  let a = 1
  let b = 0
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9]
    for (const { score, isRight } of answers) {
      const p = 1 / (1 + Math.exp(-(a * score + b)))
      const residual = p - (isRight ? high : low)
      ga += residual * score
      gb += residual
      haa += p * (1 - p) * score * score
      hab += p * (1 - p) * score
      hbb += p * (1 - p)
    }
    const determinant = haa * hbb - hab * hab
    const da = (hbb * ga - hab * gb) / determinant
    const db = (haa * gb - hab * ga) / determinant
    let size = 1
    const before = lossOf(a, b)
    while (size > 1e-6 && lossOf(a - size * da, b - size * db) > before) size /= 2
    a -= size * da
    b -= size * db
    if (Math.abs(size * da) + Math.abs(size * db) < 1e-9) break
  }
  return { slope: a, midpoint: -b / a }
}

/**
 * Fits p = 1 / (1 + exp(-w · x)) by maximum likelihood with a ridge penalty on the standardised features.
 *
 * @param rows       [n][m] features; a constant feature has to be last and is not penalised, nor is the first
 * @param penalty    weight of the squared standardised coefficients
 * @returns [m] weights of the features as given
 * @throws {RangeError} no row, or features that depend on each other
 */
export function fitRidgeLogistic(
  rows: readonly (readonly number[])[],
  isRight: readonly boolean[],
  penalty: number,
): number[] {
  if (rows.length === 0) throw new RangeError('a fit needs answers')
  const m = rows[0].length
  const scales = Array.from({ length: m }, (_, k) => {
    const mean = rows.reduce((sum, row) => sum + row[k], 0) / rows.length
    return Math.sqrt(rows.reduce((sum, row) => sum + (row[k] - mean) ** 2, 0) / rows.length) || 1
  })
  const weights = new Float64Array(m)
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const gradient = new Float64Array(m)
    const hessian = new Float64Array(m * m)
    rows.forEach((row, n) => {
      const p = 1 / (1 + Math.exp(-row.reduce((sum, value, k) => sum + value * weights[k], 0)))
      for (let i = 0; i < m; i++) {
        gradient[i] += (p - (isRight[n] ? 1 : 0)) * row[i]
        for (let j = 0; j < m; j++) hessian[i * m + j] += p * (1 - p) * row[i] * row[j]
      }
    })
    for (let i = 1; i < m - 1; i++) {
      gradient[i] += penalty * scales[i] ** 2 * weights[i]
      hessian[i * m + i] += penalty * scales[i] ** 2
    }
    if (!solveCholeskyInPlace(hessian, gradient, m)) throw new RangeError('the features depend on each other')
    for (let i = 0; i < m; i++) weights[i] -= gradient[i]
    if (gradient.every((change) => Math.abs(change) < 1e-9)) break
  }
  return [...weights]
}
