import type { ColorImage } from '@sextant/geometry'
import type { Corners } from './suppress-overlaps.ts'

/** Exactly as the official demo, mistakes included; or with its mistakes mended. */
export type Sam6dMode = 'parity' | 'corrected'

/** A mask of the whole image, before any object is known. */
export interface ImageProposal {
  /** [height, width] in [0, 1]; soft at the border when it was made in another size */
  readonly mask: Float32Array
  /** whole numbers within the image */
  readonly box: Corners
}

/** What proposes masks of an image: SAM or FastSAM. */
export interface ProposalSource {
  propose(color: ColorImage, mode: Sam6dMode): Promise<ImageProposal[]>
  /** Runs each of its networks once, on a blank image of the shape of a request. */
  warmUp(): Promise<void>
}
