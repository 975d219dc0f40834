import type { RegionTree } from '@sextant/regions'

interface Ranked {
  readonly leaves: Int32Array
  readonly areaPx: number
  readonly score: number
}

/**
 * Orders candidates best first, but pays for repetition: the score of every remaining one is multiplied by
 * 1 - penalty · IoU with each one chosen before. The first few then show several places, not one place several times.
 *
 * @returns at most `limit` candidates with their reduced scores, descending
 * @cost O(limit · candidates · leaves per candidate)
 */
export function rankDiversely<T extends Ranked>(
  candidates: readonly T[],
  tree: RegionTree,
  limit: number,
  penalty: number,
): { readonly candidate: T; readonly score: number }[] {
  const rest = candidates.map((candidate) => ({ candidate, score: candidate.score }))
  const isChosen = new Uint8Array(tree.leafCount)
  const ranked: { readonly candidate: T; readonly score: number }[] = []
  while (rest.length > 0 && ranked.length < limit) {
    let best = 0
    for (let k = 1; k < rest.length; k++) if (rest[k].score > rest[best].score) best = k
    const [chosen] = rest.splice(best, 1)
    ranked.push(chosen)
    if (penalty === 0) continue
    for (const leaf of chosen.candidate.leaves) isChosen[leaf] = 1
    for (const other of rest) {
      let shared = 0
      for (const leaf of other.candidate.leaves) {
        if (isChosen[leaf] === 1) shared += tree.leafStarts[leaf + 1] - tree.leafStarts[leaf]
      }
      if (shared > 0) {
        other.score *= 1 - (penalty * shared) / (other.candidate.areaPx + chosen.candidate.areaPx - shared)
      }
    }
    for (const leaf of chosen.candidate.leaves) isChosen[leaf] = 0
  }
  return ranked
}
