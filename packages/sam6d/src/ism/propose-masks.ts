import type { ColorImage } from '@sextant/geometry'
import { floatsOf, tensor, type Session, type Tensor } from '@sextant/inference'
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
  /** image [1, 3, size, size] → features, and whatever else its decoder asks for */
  readonly encoder: Session
  /** that and points [n, 2] → masks [n, 3 or 4, size / 4, size / 4], scores [n, 3 or 4] */
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
  const encoded = await encode(networks, tensor(image.planes, shape))
  const points = toSquare(pointGrid(settings.pointsPerSide, color.width, color.height), image)
  const enlarger = new LogitEnlarger(image, side)
  const scratch = new Float32Array(color.width * color.height)
  const proposals: MaskProposal[] = []
  for (let at = 0; at < points.length / 2; at += settings.batch) {
    signal?.throwIfAborted()
    const batch = points.slice(2 * at, 2 * (at + settings.batch))
    const out = await networks.decoder.run({ ...encoded, points: tensor(batch, [batch.length / 2, 2]) })
    const answer = { masks: floatsOf(out['masks']), scores: floatsOf(out['scores']), points: batch.length / 2 }
    proposals.push(...selectBatch(answer, at, enlarger, scratch, settings))
  }
  return dropDuplicates(proposals, settings.overlapLimit)
}

/** Runs the encoder. @returns of its outputs those that the decoder takes */
export function encode({ encoder, decoder }: SamNetworks, image: Tensor): Promise<Record<string, Tensor>> {
  const wanted = encoder.outputNames.filter((name) => decoder.inputNames.includes(name))
  return encoder.run({ image }, wanted)
}

/** Masks of a prompt that may mean a whole, a part or a part of a part. */
const AMBIGUOUS_MASKS = 3

/** What the decoder answers to some points. */
interface DecodedBatch {
  /** [points, 3 or 4, side, side] logits */
  readonly masks: Float32Array
  /** [points, 3 or 4] predicted IoU */
  readonly scores: Float32Array
  readonly points: number
}

/** The last three masks of each point are used; one before them would be for prompts that are not ambiguous. */
function selectBatch(
  { masks, scores, points }: DecodedBatch,
  firstPoint: number,
  enlarger: LogitEnlarger,
  scratch: Float32Array,
  settings: SelectOptions,
): MaskProposal[] {
  const proposals: MaskProposal[] = []
  const size = masks.length / scores.length
  const each = scores.length / points
  for (let i = 0; i < scores.length; i++) {
    if (i % each < each - AMBIGUOUS_MASKS || !(scores[i] > settings.minScore)) continue
    const logits = enlarger.enlargeInto(scratch, masks.subarray(i * size, (i + 1) * size))
    const stability = stabilityOf(logits, settings.stabilityOffset)
    if (!(stability >= settings.minStability)) continue
    const point = firstPoint + Math.floor(i / each)
    proposals.push({ ...outline(logits, enlarger.width), score: scores[i], stability, point })
  }
  return proposals
}
