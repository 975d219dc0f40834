import { tensor, type Tensor } from '@sextant/inference'
import {
  buildCoarseMatching,
  buildDinoV2,
  buildFineMatching,
  buildGeometricEmbedding,
  buildPemFeatures,
  buildPositionEncoding,
  buildSamDecoder,
  buildSamEncoder,
  dinoParameters,
  pemParameters,
  samParameters,
  type ExpectedParameters,
  type Graph,
  type StateDict,
} from '@sextant/sam6d'
import { hashName, pseudoValue } from './pseudo-weights.ts'

/** One graph, small enough for every test run: its parameters, its inputs, how it is built. */
export interface SelfMadeCase {
  readonly parameters: ExpectedParameters
  readonly build: (parameters: StateDict) => Graph
  readonly inputs: Readonly<Record<string, Tensor>>
}

/** Cells of a side of the small SAM's feature map: more than a window of 14, so that windows are padded. */
export const SAM_SIDE = 16
export const SAM_WIDTH = 64
export const SAM_HEADS = 2
export const DINO_WIDTH = 128
export const DINO_DEPTH = 2
/** tokens of the two clouds of a matching: sparse, dense */
export const SPARSE = [13, 11] as const
export const DENSE = [31, 29] as const

const WIDTH = 256

/** Seeded by name: the same values on every machine. */
function seeded(name: string, dims: readonly number[], scale: number, offset = 0): Tensor {
  const hash = hashName(`self-made/${name}`)
  const count = dims.reduce((a, b) => a * b, 1)
  const data = Float32Array.from({ length: count }, (_, i) => offset + scale * pseudoValue(hash, i))
  return tensor(data, dims)
}

/** Rows picked in a fixed order that is not sorted. */
function picks(count: number, of: number): Tensor {
  return tensor(
    BigInt64Array.from({ length: count }, (_, i) => BigInt((7 * i + 3) % of)),
    [1, count],
  )
}

function pemPart(prefix: string): ExpectedParameters {
  // One of the three transformers is enough: the others are the same code on other names.
  return new Map(
    [...pemParameters()].filter(([name]) => name.startsWith(prefix) && !/transformers[.][12][.]/.test(name)),
  )
}

/** PEM's image network, an attention head wide instead of twelve. */
function smallFeatures(): ExpectedParameters {
  const isWidth = (size: number): boolean => [768, 3 * 768, 4 * 768].includes(size)
  return new Map(
    [...pemPart('feature_extraction.')].map(([name, shape]) => [
      name,
      shape.map((size) => (isWidth(size) ? size / 12 : size)),
    ]),
  )
}

/** A SAM of the official structure with a smaller map: one windowed and one global block. */
function smallSam(part: 'image_encoder.' | 'rest'): ExpectedParameters {
  const full = samParameters({ width: SAM_WIDTH, depth: 2, heads: SAM_HEADS, global: [1] })
  const shrunk = new Map(full)
  shrunk.set('image_encoder.pos_embed', [1, SAM_SIDE, SAM_SIDE, SAM_WIDTH])
  for (const axis of ['h', 'w']) {
    shrunk.set(`image_encoder.blocks.1.attn.rel_pos_${axis}`, [2 * SAM_SIDE - 1, SAM_WIDTH / SAM_HEADS])
  }
  return new Map([...shrunk].filter(([name]) => name.startsWith('image_encoder.') === (part === 'image_encoder.')))
}

const embeddings = {
  embedding1: seeded('embedding1', [1, SPARSE[0] + 1, SPARSE[0] + 1, WIDTH], 1),
  embedding2: seeded('embedding2', [1, SPARSE[1] + 1, SPARSE[1] + 1, WIDTH], 1),
}

export const SELF_MADE_CASES = {
  dinov2: {
    parameters: dinoParameters(DINO_WIDTH, DINO_DEPTH),
    build: (parameters) => buildDinoV2(parameters, true),
    inputs: { image: seeded('dinov2/image', [1, 3, 224, 224], 2) },
  },
  sam_encoder: {
    parameters: smallSam('image_encoder.'),
    build: (parameters) => buildSamEncoder(parameters, true),
    inputs: { image: seeded('sam/image', [1, 3, 16 * SAM_SIDE, 16 * SAM_SIDE], 2) },
  },
  sam_decoder: {
    parameters: smallSam('rest'),
    build: (parameters) => buildSamDecoder(parameters, SAM_SIDE, true),
    inputs: {
      features: seeded('sam/features', [1, WIDTH, SAM_SIDE, SAM_SIDE], 1.5),
      points: seeded('sam/points', [3, 2], 8 * SAM_SIDE, 8 * SAM_SIDE),
    },
  },
  pem_features: {
    parameters: smallFeatures(),
    build: (parameters) => buildPemFeatures(parameters, true),
    inputs: { image: seeded('pem/image', [1, 3, 224, 224], 2), cells: tensor(picks(16 * 3, 196).data, [16, 3]) },
  },
  geometric_embedding: {
    parameters: pemPart('geo_embedding.'),
    build: (parameters) => buildGeometricEmbedding(parameters),
    inputs: {
      distances: seeded('geometric/distances', [1, 9, 9], 5, 5),
      angles: seeded('geometric/angles', [1, 9, 9, 3], 6, 6),
    },
  },
  coarse_matching: {
    parameters: pemPart('coarse_point_matching.'),
    build: (parameters) => buildCoarseMatching(parameters, true),
    inputs: {
      f1: seeded('coarse/f1', [1, SPARSE[0], WIDTH], 1.5),
      f2: seeded('coarse/f2', [1, SPARSE[1], WIDTH], 1.5),
      ...embeddings,
    },
  },
  fine_matching: {
    parameters: new Map([...pemPart('fine_point_matching.')].filter(([name]) => !name.includes('.PE.'))),
    build: (parameters) => buildFineMatching(parameters, true),
    inputs: {
      f1: seeded('fine/f1', [1, DENSE[0], WIDTH], 1.5),
      f2: seeded('fine/f2', [1, DENSE[1], WIDTH], 1.5),
      position1: seeded('fine/position1', [1, DENSE[0], WIDTH], 1),
      position2: seeded('fine/position2', [1, DENSE[1], WIDTH], 1),
      ...embeddings,
      sparse1: picks(SPARSE[0], DENSE[0]),
      sparse2: picks(SPARSE[1], DENSE[1]),
    },
  },
  position_encoding: {
    parameters: pemPart('fine_point_matching.PE.'),
    build: (parameters) => buildPositionEncoding(parameters, true),
    inputs: {
      near: seeded('position/near', [1, 10, 32, 6], 0.5),
      wide: seeded('position/wide', [1, 10, 64, 6], 0.5),
    },
  },
} as const satisfies Record<string, SelfMadeCase>

export type SelfMadeName = keyof typeof SELF_MADE_CASES
export const SELF_MADE_NAMES = Object.keys(SELF_MADE_CASES) as SelfMadeName[]
