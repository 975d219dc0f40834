import type { Corners } from './suppress-overlaps.ts'
import { suppressOverlaps } from './suppress-overlaps.ts'

export interface SelectOptions {
  readonly minScore: number
  readonly minStability: number
  /** Distance of the two thresholds whose areas are compared. */
  readonly stabilityOffset: number
  readonly overlapLimit: number
}

export const SELECT_DEFAULTS: SelectOptions = {
  minScore: 0.88,
  // The official demo asks for 0.97, its configuration file for 0.85.
  minStability: 0.97,
  stabilityOffset: 1,
  overlapLimit: 0.7,
}

/** A mask proposal. */
export interface MaskProposal {
  /** [height, width] 0 or 1 */
  readonly mask: Uint8Array
  /** inclusive corners */
  readonly box: Corners
  /** predicted IoU */
  readonly score: number
  readonly stability: number
  readonly area: number
  /** number of the point it came from */
  readonly point: number
}

/** Share of the mask that survives raising the threshold: area above +offset by area above -offset. */
export function stabilityOf(logits: Float32Array, offset: number): number {
  let high = 0
  let low = 0
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] > offset) high++
    if (logits[i] > -offset) low++
  }
  return high / low
}

/** Binary mask, its inclusive box (all 0 when empty) and its area. */
export function outline(logits: Float32Array, width: number): Pick<MaskProposal, 'mask' | 'box' | 'area'> {
  const mask = new Uint8Array(logits.length)
  let area = 0
  let [left, top, right, bottom] = [width, Infinity, -1, -1]
  for (let i = 0; i < logits.length; i++) {
    if (!(logits[i] > 0)) continue
    mask[i] = 1
    area++
    const u = i % width
    const v = (i - u) / width
    if (u < left) left = u
    if (u > right) right = u
    if (v < top) top = v
    bottom = v
  }
  return { mask, area, box: area === 0 ? [0, 0, 0, 0] : [left, top, right, bottom] }
}

/** Removes proposals that say the same, keeping the better scored; the answer is in descending score. */
export function dropDuplicates(proposals: readonly MaskProposal[], limit: number): MaskProposal[] {
  const kept = suppressOverlaps(
    proposals.map(({ box }) => box),
    proposals.map(({ score }) => score),
    limit,
  )
  return kept.map((i) => proposals[i])
}
