import type { ColorImage, Mask } from '@sextant/geometry'
import type { Corners } from './suppress-overlaps.ts'

/** Exactly as the official demo, mistakes included; or with its mistakes mended. */
export type Sam6dMode = 'parity' | 'corrected'

/** A mask of the whole image, before any object is known. */
export interface ImageProposal {
  /**
   * In the size it was made in, which may not be the image's; `resizeMaskInto` brings it there. Kept small: 200 masks of
   * 1920 x 1080 pixels are 1.6 GB as float32, 44 MB like this.
   */
  readonly mask: Mask
  /** px of the image, whole numbers within it */
  readonly box: Corners
}

/** What proposes masks of an image: SAM or FastSAM. */
export interface ProposalSource {
  propose(color: ColorImage, mode: Sam6dMode): Promise<ImageProposal[]>
  /** Runs each of its networks once, on a blank image of the shape of a request. */
  warmUp(): Promise<void>
}
