import type { ColorImage } from '@sextant/geometry'
import { blankTensor } from '../blank-tensor.ts'
import { resizeForSegmentor } from './prepare-sam-image.ts'
import type { ImageProposal, ProposalSource } from './proposal-source.ts'
import { encode, PROPOSE_DEFAULTS, proposeMasks, type ProposeOptions, type SamNetworks } from './propose-masks.ts'
import type { Corners } from './suppress-overlaps.ts'

/** Proposals of SAM. */
export function createSamProposer(networks: SamNetworks): ProposalSource {
  return {
    // The demo asks for more stable masks than the benchmark code; masks it drops cannot be found again.
    propose: (color, mode) => proposeForImage(networks, color, { minStability: mode === 'parity' ? 0.97 : 0.85 }),
    async warmUp() {
      const encoded = await encode(networks, blankTensor(1, 3, networks.size, networks.size))
      await networks.decoder.run({ ...encoded, points: blankTensor(PROPOSE_DEFAULTS.batch, 2) })
    },
  }
}

/** What SAM proposes: masks of the image it was shown, boxes in the image's own size. */
async function proposeForImage(
  networks: SamNetworks,
  color: ColorImage,
  options: Partial<ProposeOptions>,
): Promise<ImageProposal[]> {
  const small = resizeForSegmentor(color)
  const masks = await proposeMasks(networks, small, options)
  const scale = color.width / small.width
  return masks.map(({ mask, box }) => ({
    mask: { width: small.width, height: small.height, data: mask },
    box: box.map((value, i) =>
      Math.trunc(Math.min(value * scale, (i % 2 === 0 ? color.width : color.height) - 1)),
    ) as unknown as Corners,
  }))
}
