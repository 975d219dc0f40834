import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromFloats, weightsOf, type Matrix, type Weights } from './plain/layers.ts'
import { coarseMatching, fineMatching, geometricEmbedding, positionEncoding } from './plain/points.ts'
import { dinoBlocks, pemFeatures, samEncoder } from './plain/vision.ts'
import { runSelfMade, type Outputs } from './run-case.ts'
import {
  DINO_DEPTH,
  DINO_WIDTH,
  SAM_HEADS,
  SAM_SIDE,
  SELF_MADE_CASES,
  SELF_MADE_NAMES,
  type SelfMadeName,
} from './self-made-cases.ts'
import { readSelfMade, sampled, SELF_MADE_ROOT } from './self-made-golden.ts'

/**
 * Of float32 chains of this depth, as a share of the largest value: processors differ in the order of their sums.
 */
const FLOAT32_TOLERANCE = 2e-5
const HALF_TOLERANCE = 1e-3

function largestDeviation(found: ArrayLike<number>, reference: ArrayLike<number>): number {
  expect(found.length).toBe(reference.length)
  let largest = 0
  let magnitude = 0
  for (let i = 0; i < reference.length; i++) {
    const deviation = Math.abs(found[i]! - reference[i]!)
    // NaN counts as the worst.
    if (!(deviation <= largest)) largest = deviation
    magnitude = Math.max(magnitude, Math.abs(reference[i]!))
  }
  return largest / magnitude
}

function deviations(name: SelfMadeName, outputs: Outputs): number[] {
  return Object.entries(outputs).map(([output, { data }]) =>
    largestDeviation(sampled(data), readSelfMade(name, output)),
  )
}

const found = {} as Record<SelfMadeName, Outputs>

beforeAll(async () => {
  for (const name of SELF_MADE_NAMES) found[name] = await runSelfMade(name)
})

describe('from .pth to an answer, against the kept values', () => {
  it.each(SELF_MADE_NAMES)('%s', (name) => {
    const kept = readdirSync(SELF_MADE_ROOT + name).map((file) => file.replace('.npy', ''))
    expect(Object.keys(found[name]).sort()).toEqual(kept.sort())
    for (const deviation of deviations(name, found[name])) expect(deviation).toBeLessThan(FLOAT32_TOLERANCE)
  })

  it.each(SELF_MADE_NAMES)('%s: one matrix with its sign turned is noticed', async (name) => {
    const matrices = [...SELF_MADE_CASES[name].parameters].filter(([, shape]) => shape.length > 1)
    const changed = matrices[Math.floor(matrices.length / 2)]![0]
    const outputs = await runSelfMade(name, (parameter, values) =>
      parameter === changed ? values.map((value) => -value) : values,
    )
    expect(Math.max(...deviations(name, outputs)), changed).toBeGreaterThan(20 * FLOAT32_TOLERANCE)
  })
})

describe('matrices stored as float16', () => {
  it.each(SELF_MADE_NAMES)('%s: answers as float32 does, up to the rounding', async (name) => {
    const rounded = await runSelfMade(name, undefined, 'fp16')
    const worst = Math.max(...deviations(name, rounded))
    // Weights keep 11 bits, 5e-4; layers add up.
    expect(worst).toBeLessThan(HALF_TOLERANCE)
    expect(worst).toBeGreaterThan(FLOAT32_TOLERANCE)
  })
})

describe('the runtime against the formulas in plain TypeScript', () => {
  const compare = (values: Float32Array, reference: Matrix): void => {
    expect(largestDeviation(values, reference.data)).toBeLessThan(FLOAT32_TOLERANCE)
  }
  const plainWeights = (name: SelfMadeName): Weights => weightsOf(SELF_MADE_CASES[name].parameters)
  const inputOf = (name: SelfMadeName, input: string): Float32Array =>
    Object.entries(SELF_MADE_CASES[name].inputs).find(([key]) => key === input)![1].data as Float32Array
  const wide = (name: SelfMadeName, input: string): Matrix => fromFloats(inputOf(name, input), 256)
  const pair = (name: SelfMadeName, input: string): [Matrix, Matrix] => [
    wide(name, `${input}1`),
    wide(name, `${input}2`),
  ]

  it('DINOv2: attention, layer scale and perceptron of all blocks, last norm', () => {
    const tokens = fromFloats(found.dinov2['tokens']!.data, DINO_WIDTH)
    const { first, last } = dinoBlocks(plainWeights('dinov2'), tokens, DINO_DEPTH)
    compare(found.dinov2['after_block0']!.data, first)
    compare(found.dinov2['class_token']!.data, fromFloats(last.data.subarray(0, DINO_WIDTH), DINO_WIDTH))
    compare(found.dinov2['patch_tokens']!.data, fromFloats(last.data.subarray(DINO_WIDTH), DINO_WIDTH))
  })

  it('SAM: image to features, relative positions term by term', () => {
    const weights = plainWeights('sam_encoder')
    const { first, features } = samEncoder(weights, inputOf('sam_encoder', 'image'), SAM_SIDE, SAM_HEADS)
    compare(found.sam_encoder['after_block0']!.data, first)
    const planes = found.sam_encoder['features']!.data
    const cells = features.data.map((_, i) => planes[(i % 256) * SAM_SIDE ** 2 + Math.floor(i / 256)]!)
    compare(Float32Array.from(cells), features)
  })

  it("PEM's features: four levels, and of the upscaled map the cells asked for", () => {
    const tokens = fromFloats(found.pem_features['tokens_after_pos_embed']!.data, 64)
    const cells = Array.from(SELF_MADE_CASES.pem_features.inputs.cells.data as BigInt64Array, Number)
    compare(found.pem_features['features']!.data, pemFeatures(plainWeights('pem_features'), tokens, cells))
  })

  it('geometric embedding: sine and cosine interleaved', () => {
    const name = 'geometric_embedding'
    const reference = geometricEmbedding(plainWeights(name), inputOf(name, 'distances'), inputOf(name, 'angles'))
    compare(found[name]['embedding']!.data, reference)
  })

  it('coarse matching: the embedding of every pair projected', () => {
    const name = 'coarse_matching'
    const reference = coarseMatching(plainWeights(name), pair(name, 'f'), pair(name, 'embedding'))
    compare(found[name]['attention']!.data, reference)
  })

  it('fine matching: linear attention pair by pair', () => {
    const name = 'fine_matching'
    const { sparse1, sparse2 } = SELF_MADE_CASES[name].inputs
    const sparse = [sparse1, sparse2].map(({ data }) => Array.from(data as BigInt64Array, Number))
    const [positions, embeddings] = [pair(name, 'position'), pair(name, 'embedding')]
    const picked = [sparse[0]!, sparse[1]!] as const
    const reference = fineMatching(plainWeights(name), pair(name, 'f'), positions, embeddings, picked)
    compare(found[name]['attention']!.data, reference)
  })

  it('position encoding: batch norms not folded', () => {
    const name = 'position_encoding'
    const reference = positionEncoding(plainWeights(name), inputOf(name, 'near'), inputOf(name, 'wide'))
    compare(found[name]['position']!.data, reference)
  })
})
