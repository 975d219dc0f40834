/** Aimed at while a view moves, ms a frame. */
const FRAME_MS = 1000 / 30
const LEAST_POINTS = 5000
/** Surfaces come back when there is time for so many points: well above the least, or they would flicker. */
const POINTS_WITH_SURFACES = 20_000

/** What a frame of a moving view draws. */
export interface DetailBudget {
  readonly points: number
  readonly hasSurfaces: boolean
}

export const FIRST_DETAIL: DetailBudget = { points: 30_000, hasSurfaces: true }

/**
 * The next frame's budget: less after a late frame, more after an early one. Points are the first to go and the
 * surfaces of models the last, whose edges stay; they return in the other order.
 *
 * @param frameMs  what the last frame took
 * @param count    points there are
 */
export function adapted({ points, hasSurfaces }: DetailBudget, frameMs: number, count: number): DetailBudget {
  const factor = frameMs > 1.2 * FRAME_MS ? 0.8 : frameMs < 0.8 * FRAME_MS ? 1.1 : 1
  const least = Math.min(LEAST_POINTS, count)
  const next = Math.round(Math.max(least, Math.min(count, factor * points)))
  if (factor < 1) return { points: next, hasSurfaces: hasSurfaces && points > least }
  return { points: next, hasSurfaces: hasSurfaces || next >= Math.min(count, POINTS_WITH_SURFACES) }
}
