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
