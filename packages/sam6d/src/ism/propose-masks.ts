import type { ColorImage } from '@sextant/geometry'
import { floatsOf, tensor, type Session } from '@sextant/inference'
import { LogitEnlarger } from './enlarge-logits.ts'
import { pointGrid, prepareSamImage, toSquare } from './prepare-sam-image.ts'
import {
  dropDuplicates,
  outline,
  SELECT_DEFAULTS,
  stabilityOf,
  type MaskProposal,
  type SelectOptions,
} from './select-masks.ts'

export interface ProposeOptions extends SelectOptions {
  /** of a side of the grid */
  readonly pointsPerSide: number
  /** prompts per call of the decoder */
  readonly batch: number
}

export const PROPOSE_DEFAULTS: ProposeOptions = { ...SELECT_DEFAULTS, pointsPerSide: 32, batch: 64 }

export interface SamNetworks {
  readonly encoder: Session
  readonly decoder: Session
  /** pixels of a side of the encoder's input */
  readonly size: number
}

/**
 * Class-agnostic masks: SAM prompted with a grid of points, filtered by predicted IoU and stability.
 *
 * @returns proposals in descending score; masks of the image's size
 * @source Kirillov et al. 2023, Segment Anything, section 5 (automatic mask generation)
 */
export async function proposeMasks(
  networks: SamNetworks,
  color: ColorImage,
  options: Partial<ProposeOptions> = {},
  signal?: AbortSignal,
): Promise<MaskProposal[]> {
  const settings = { ...PROPOSE_DEFAULTS, ...options }
  const image = prepareSamImage(color, networks.size)
  const side = networks.size / 4
  const shape = [1, 3, networks.size, networks.size]
  const { features } = await networks.encoder.run({ image: tensor(image.planes, shape) })
  const points = toSquare(pointGrid(settings.pointsPerSide, color.width, color.height), image)
  const enlarger = new LogitEnlarger(image, side)
  const scratch = new Float32Array(color.width * color.height)
  const proposals: MaskProposal[] = []
  for (let at = 0; at < points.length / 2; at += settings.batch) {
    signal?.throwIfAborted()
    const batch = points.slice(2 * at, 2 * (at + settings.batch))
    const out = await networks.decoder.run({ features: features, points: tensor(batch, [batch.length / 2, 2]) })
    proposals.push(...selectBatch(floatsOf(out['masks']), floatsOf(out['scores']), at, enlarger, scratch, settings))
  }
  return dropDuplicates(proposals, settings.overlapLimit)
}

/** The decoder's first mask is for prompts that are not ambiguous; the other three are used. */
function selectBatch(
  masks: Float32Array,
  scores: Float32Array,
  firstPoint: number,
  enlarger: LogitEnlarger,
  scratch: Float32Array,
  settings: SelectOptions,
): MaskProposal[] {
  const proposals: MaskProposal[] = []
  const size = masks.length / scores.length
  for (let i = 0; i < scores.length; i++) {
    if (i % 4 === 0 || !(scores[i] > settings.minScore)) continue
    const logits = enlarger.enlargeInto(scratch, masks.subarray(i * size, (i + 1) * size))
    const stability = stabilityOf(logits, settings.stabilityOffset)
    if (!(stability >= settings.minStability)) continue
    proposals.push({ ...outline(logits, enlarger.width), score: scores[i], stability, point: firstPoint + (i >> 2) })
  }
  return proposals
}
