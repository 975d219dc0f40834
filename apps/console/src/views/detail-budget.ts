/** Aimed at while a view moves, ms a frame. */
const FRAME_MS = 1000 / 30
const LEAST_POINTS = 5000
/** Surfaces come back when there is time for so many points: well above the least, or they would flicker. */
const POINTS_WITH_SURFACES = 20_000

/** What a frame of a moving view draws. */
export interface DetailBudget {
  readonly points: number
  /** with half the pixels in a row and in a column */
  readonly isCoarse: boolean
  readonly hasSurfaces: boolean
}

export const FIRST_DETAIL: DetailBudget = { points: 30_000, isCoarse: false, hasSurfaces: true }

/**
 * The next frame's budget: less after a late frame, more after an early one. Points are the first to go, then the fine
 * pixels, and last the surfaces of models, whose edges stay; surfaces and points return as there is time.
 *
 * @param frameMs  what the last frame took
 * @param count    points there are
 */
export function adapted(budget: DetailBudget, frameMs: number, count: number): DetailBudget {
  const { isCoarse, hasSurfaces } = budget
  const factor = frameMs > 1.2 * FRAME_MS ? 0.8 : frameMs < 0.8 * FRAME_MS ? 1.1 : 1
  const least = Math.min(LEAST_POINTS, count)
  const points = Math.round(Math.max(least, Math.min(count, factor * budget.points)))
  if (factor === 1) return { ...budget, points }
  if (factor > 1)
    return { points, isCoarse, hasSurfaces: hasSurfaces || points >= Math.min(count, POINTS_WITH_SURFACES) }
  const hasMorePoints = budget.points > least
  return { points, isCoarse: isCoarse || !hasMorePoints, hasSurfaces: hasSurfaces && (hasMorePoints || !isCoarse) }
}

/** The budget a new movement begins with: fine pixels again where the last one had time for everything. */
export function restarted(budget: DetailBudget, count: number): DetailBudget {
  return budget.hasSurfaces && budget.points >= count ? { ...budget, isCoarse: false } : budget
}
