import type { RunV2 } from '@sextant/contracts'
import { keyOf } from '../api/queries.ts'

export interface ObjectStatistics {
  readonly key: string
  /** frames in which it was answered, not there, not believed, or not searched to the end */
  readonly estimated: number
  readonly notFound: number
  readonly rejected: number
  readonly failed: number
  /** of the best pose of each frame; null when there is none */
  readonly meanScore: number | null
}

/** What several runs say about each object, in the order in which they first appear. */
export function statisticsOf(runs: readonly RunV2[]): ObjectStatistics[] {
  const objects = runs.flatMap((run) => run.objects)
  return [...new Set(objects.map(keyOf))].map((key) => {
    const own = objects.filter((object) => keyOf(object) === key)
    const count = (status: string): number => own.filter((object) => object.status === status).length
    const scores = own.flatMap(({ poses }) => poses[0]?.score ?? [])
    return {
      key,
      estimated: count('estimated'),
      notFound: count('not_found'),
      rejected: count('rejected'),
      failed: own.length - count('estimated') - count('not_found') - count('rejected'),
      meanScore: scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length,
    }
  })
}
