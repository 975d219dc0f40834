/**
 * Pairs answers with true instances, the closest pair first; each takes part once.
 *
 * @param errors  errors[t][e]: error of answer e for true instance t
 * @returns per true instance the answer's index, or null
 */
export function matchInstances(errors: readonly (readonly number[])[]): (number | null)[] {
  const pairs = errors.flatMap((row, truth) => row.map((error, estimate) => ({ truth, estimate, error })))
  pairs.sort((a, b) => a.error - b.error || a.truth - b.truth || a.estimate - b.estimate)
  const matched = new Array<number | null>(errors.length).fill(null)
  const taken = new Set<number>()
  for (const { truth, estimate } of pairs) {
    if (matched[truth] !== null || taken.has(estimate)) continue
    matched[truth] = estimate
    taken.add(estimate)
  }
  return matched
}
