import { floatsOf, tensor, type Session, type Tensor } from '@sextant/inference'
import { blankTensor, samPixels } from '@sextant/sam6d'
import { SAM_SIZE } from './catalogue.ts'
import type { SamPorts } from './installed-model.ts'
import { requiredTensor } from './required-tensor.ts'

/** Pixels of a side of SAM's masks. */
export const SAM_MASK_SIDE = SAM_SIZE / 4
/** Masks of a point: of a whole, a part, a part of a part; Meta's export has one before them. */
export const SAM_MASKS = { 'segment-anything': 4, transformers: 3 }

const FOREGROUND = 1
/** Of the point that stands for "no box". */
const PADDING = -1

/** A public export of SAM's encoder behind our names: `image` [1, 3, 1024, 1024] in, `features` and perhaps `positions` out. */
export function adaptSamEncoder(session: Session, ports: SamPorts): Session {
  const { image: input, ...outputs } = ports.encoder
  return {
    ...session,
    inputNames: ['image'],
    outputNames: Object.keys(outputs),
    inputDims: (name) => (name === 'image' ? session.inputDims(input) : undefined),
    async run({ image }) {
      const inputs = { [input]: encoderInput(ports, requiredTensor(image, 'image')) }
      return encodedOf(ports, await session.run(inputs, Object.values(outputs)))
    },
  }
}

/** What an encoder answers, under our names. */
export function encodedOf({ encoder }: SamPorts, answer: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const { image: _, ...outputs } = encoder
  return Object.fromEntries(
    Object.entries(outputs).map(([own, theirs]) => [own, requiredTensor(answer[theirs], theirs)]),
  )
}

/** Encoders that go with Meta's decoder take pixels and normalise them by themselves. */
export function encoderInput({ layout }: SamPorts, image: Tensor): Tensor {
  return layout === 'transformers' ? image : tensor(samPixels(floatsOf(image)), [SAM_SIZE, SAM_SIZE, 3])
}

/**
 * A public export of SAM's decoder behind our names: what its encoder answers and `points` [n, 2] in, `masks`
 * [n, 3 or 4, 256, 256] and `scores` [n, 3 or 4] out. Meta's layout takes one prompt at a time.
 */
export function adaptSamDecoder(session: Session, ports: SamPorts): Session {
  const { masks, scores } = ports.decoder
  const each = SAM_MASKS[ports.layout]
  const size = each * SAM_MASK_SIDE ** 2
  return {
    ...session,
    inputNames: [...Object.keys(ports.encoder).filter((name) => name !== 'image'), 'points'],
    outputNames: ['masks', 'scores'],
    inputDims: () => undefined,
    async run({ points, ...encoded }) {
      const all = floatsOf(points)
      const count = all.length / 2
      const atATime = ports.layout === 'transformers' ? count : 1
      const out = { masks: new Float32Array(count * size), scores: new Float32Array(count * each) }
      for (let i = 0; i < count; i += atATime) {
        const prompts = all.subarray(2 * i, 2 * (i + atATime))
        const answer = await session.run(decoderInputs(ports, encoded, prompts), [masks, scores])
        out.masks.set(floatsOf(answer[masks]), i * size)
        out.scores.set(floatsOf(answer[scores]), i * each)
      }
      return {
        masks: tensor(out.masks, [count, each, SAM_MASK_SIDE, SAM_MASK_SIDE]),
        scores: tensor(out.scores, [count, each]),
      }
    },
  }
}

/**
 * What the decoder is asked with.
 *
 * @param encoded  what the encoder answered, under our names
 * @param points   [n, 2] px of the square; n is 1 in Meta's layout
 */
export function decoderInputs(
  { layout, decoder }: SamPorts,
  encoded: Readonly<Record<string, Tensor>>,
  points: Float32Array,
): Record<string, Tensor> {
  const features = { [decoder.features]: requiredTensor(encoded['features'], 'features') }
  const count = points.length / 2
  if (layout === 'transformers') {
    return {
      ...features,
      [decoder.positions]: requiredTensor(encoded['positions'], 'positions'),
      [decoder.points]: tensor(points, [1, count, 1, 2]),
      [decoder.labels]: tensor(new BigInt64Array(count).fill(BigInt(FOREGROUND)), [1, count, 1]),
    }
  }
  return {
    ...features,
    [decoder.points]: tensor(Float32Array.of(...points, 0, 0), [1, 2, 2]),
    [decoder.labels]: tensor(Float32Array.of(FOREGROUND, PADDING), [1, 2]),
    [decoder.maskInput]: blankTensor(1, 1, SAM_MASK_SIDE, SAM_MASK_SIDE),
    [decoder.hasMaskInput]: blankTensor(1),
    // Of the enlarged masks, which are not used: enlarging is ours, exact for any image.
    [decoder.imageSize]: tensor(Float32Array.of(SAM_MASK_SIDE, SAM_MASK_SIDE), [2]),
  }
}
