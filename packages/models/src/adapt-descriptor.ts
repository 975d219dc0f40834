import { floatsOf, tensor, type Session } from '@sextant/inference'
import type { DescriptorPorts } from './installed-model.ts'
import { requiredTensor } from './required-tensor.ts'

/** DINOv2 answers a class token and then 16 x 16 patches. */
export const DINO_TOKENS = 257

/**
 * A public export of DINOv2 behind the names and layouts of our own graph: `image` in, `class_token` [B, C] and `patch_tokens`
 * [B, 256, C] out.
 */
export function adaptDescriptor(session: Session, { input, output }: DescriptorPorts): Session {
  return {
    ...session,
    inputNames: ['image'],
    outputNames: ['class_token', 'patch_tokens'],
    inputDims: (name) => (name === 'image' ? session.inputDims(input) : undefined),
    async run(inputs) {
      const image = requiredTensor(inputs['image'], 'image')
      const answer = await session.run({ [input]: image }, [output])
      const tokens = floatsOf(answer[output])
      const [batch = 1] = image.dims
      const width = tokens.length / (batch * DINO_TOKENS)
      const classes = new Float32Array(batch * width)
      const patches = new Float32Array(tokens.length - classes.length)
      for (let i = 0; i < batch; i++) {
        const own = tokens.subarray(i * DINO_TOKENS * width, (i + 1) * DINO_TOKENS * width)
        classes.set(own.subarray(0, width), i * width)
        patches.set(own.subarray(width), i * (DINO_TOKENS - 1) * width)
      }
      return {
        class_token: tensor(classes, [batch, width]),
        patch_tokens: tensor(patches, [batch, DINO_TOKENS - 1, width]),
      }
    },
  }
}
