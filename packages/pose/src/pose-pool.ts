import type { Verification } from './verify-pose.ts'

/** One hypothesis on its way through the stages. */
export interface Candidate {
  /** rotation row-major, translation mm of the object's centre */
  readonly pose: Float64Array
  /** quick score while racing, then S of the latest verification */
  score: number
  /** region it was drawn from */
  readonly region: number
  verification: Verification | null
}

/** Verified, and seen: a pose that leaves the image has no evidence for it or against it. */
export function isMeasured({ verification }: Candidate): boolean {
  return verification !== null && verification.evidence !== null
}

export function isSamePose(a: Float64Array, b: Float64Array, distance: number, angle: number): boolean {
  const dx = a[9] - b[9]
  const dy = a[10] - b[10]
  const dz = a[11] - b[11]
  if (dx * dx + dy * dy + dz * dz > distance * distance) return false
  let trace = 0
  for (let e = 0; e < 9; e++) trace += a[e] * b[e]
  return trace > 1 + 2 * Math.cos(angle)
}

export function centerDistance(a: Float64Array, b: Float64Array): number {
  return Math.hypot(a[9] - b[9], a[10] - b[10], a[11] - b[11])
}

/** Best first; ties keep their order. */
export function sortByScore(candidates: Candidate[]): Candidate[] {
  return candidates.sort((a, b) => b.score - a.score)
}

/** Drops poses that repeat a better one, and more than `perLocation` poses within `radius` mm. */
export function thinCandidates(
  sorted: readonly Candidate[],
  limits: { limit: number; distance: number; angle: number; perLocation: number; radius: number },
): Candidate[] {
  const kept: Candidate[] = []
  for (const candidate of sorted) {
    if (kept.length === limits.limit) break
    let near = 0
    const isRepeated = kept.some((other) => {
      if (centerDistance(candidate.pose, other.pose) < limits.radius) near++
      return isSamePose(candidate.pose, other.pose, limits.distance, limits.angle)
    })
    if (!isRepeated && near < limits.perLocation) kept.push(candidate)
  }
  return kept
}
