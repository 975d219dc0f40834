import { PlatformError } from '@sextant/contracts'
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
  SAM_SIZES,
  samParameters,
  type ExpectedParameters,
  type Graph,
  type StateDict,
} from '@sextant/sam6d'

/** Pixels of a side of SAM's input, and cells of a side of its features. */
export const SAM_SIZE = 1024
export const SAM_FEATURE_SIDE = SAM_SIZE / 16

/** What a network is, and with it how it is run. */
export type NetworkKind = 'pem' | 'dinov2' | 'sam' | 'fastsam'

/** File stems of the graphs of each kind, in the order they are given and opened. */
export const GRAPH_STEMS = {
  pem: ['features', 'embedding', 'coarse', 'position', 'fine'],
  dinov2: ['descriptor'],
  sam: ['encoder', 'decoder'],
  fastsam: ['detector'],
} as const satisfies Readonly<Record<NetworkKind, readonly string[]>>

/** One network that can be installed. */
export interface CatalogueEntry {
  readonly name: string
  readonly title: string
  readonly kind: NetworkKind
  /** which engine part needs it */
  readonly role: 'pose' | 'descriptor' | 'proposals'
  readonly page: string
  readonly licence: string
  /** null: only an ONNX export of it can be used */
  readonly conversion: Conversion | null
  /** then the file of this project that describes one */
  readonly exportManifest?: string
}

/** How an official checkpoint becomes graphs. */
export interface Conversion {
  /** name of the official checkpoint file */
  readonly checkpoint: string
  /** where its owners offer it; null: only through a web page */
  readonly url: string | null
  /** of the official file; null: the owners publish none */
  readonly sha256: string | null
  readonly expected: () => ExpectedParameters
  /** graphs by file stem */
  readonly graphs: Readonly<Record<string, (parameters: StateDict) => Graph>>
}

function samEntry(size: keyof typeof SAM_SIZES, suffix: string, sha256: string): CatalogueEntry {
  const checkpoint = `sam_${size.replace('-', '_')}_${suffix}.pth`
  return {
    name: `sam-${size}`,
    title: `Segment Anything ${size}`,
    kind: 'sam',
    role: 'proposals',
    page: 'https://github.com/facebookresearch/segment-anything',
    licence: 'Apache-2.0',
    conversion: {
      checkpoint,
      url: `https://dl.fbaipublicfiles.com/segment_anything/${checkpoint}`,
      sha256,
      expected: () => samParameters(SAM_SIZES[size]),
      graphs: { encoder: buildSamEncoder, decoder: (parameters) => buildSamDecoder(parameters, SAM_FEATURE_SIDE) },
    },
  }
}

function dinoEntry(letter: 's' | 'b' | 'l', width: number, depth: number, sha256: string | null): CatalogueEntry {
  const model = `dinov2_vit${letter}14`
  return {
    name: `dinov2-vit${letter}14`,
    title: `DINOv2 ViT-${letter.toUpperCase()}/14`,
    kind: 'dinov2',
    role: 'descriptor',
    page: 'https://github.com/facebookresearch/dinov2',
    licence: 'Apache-2.0',
    conversion: {
      checkpoint: `${model}_pretrain.pth`,
      url: `https://dl.fbaipublicfiles.com/dinov2/${model}/${model}_pretrain.pth`,
      sha256,
      expected: () => dinoParameters(width, depth),
      graphs: { descriptor: (parameters) => buildDinoV2(parameters) },
    },
  }
}

/** Its checkpoint is a pickled program, not a state dict: an export is all that can be read. */
function fastSamEntry(letter: 's' | 'x'): CatalogueEntry {
  return {
    name: `fastsam-${letter}`,
    title: `FastSAM-${letter}`,
    kind: 'fastsam',
    role: 'proposals',
    page: 'https://github.com/CASIA-IVA-Lab/FastSAM',
    licence: 'Apache-2.0 by its authors; trained and exported with code of Ultralytics under AGPL-3.0',
    conversion: null,
    exportManifest: `models/fastsam-${letter}.ultralytics.json`,
  }
}

/** SAM's decoder behind a smaller encoder, for which there are no graphs here. */
const MOBILE_SAM: CatalogueEntry = {
  name: 'mobile-sam',
  title: 'MobileSAM',
  kind: 'sam',
  role: 'proposals',
  page: 'https://github.com/ChaoningZhang/MobileSAM',
  licence: 'Apache-2.0',
  conversion: null,
  exportManifest: 'models/mobile-sam.acly.json',
}

/** The networks SAM-6D is made of. None is shipped: the user brings the official checkpoint, or asks to pull it. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: 'pem',
    title: "SAM-6D's pose estimation model",
    kind: 'pem',
    role: 'pose',
    page: 'https://github.com/JiehongLin/SAM-6D',
    licence: 'none stated by its authors: ask them before commercial use',
    conversion: {
      checkpoint: 'sam-6d-pem-base.pth',
      // The owners offer it by a file service that has no plain address.
      url: null,
      sha256: null,
      expected: pemParameters,
      graphs: {
        features: (parameters) => buildPemFeatures(parameters),
        embedding: (parameters) => buildGeometricEmbedding(parameters),
        coarse: (parameters) => buildCoarseMatching(parameters),
        position: (parameters) => buildPositionEncoding(parameters),
        fine: (parameters) => buildFineMatching(parameters),
      },
    },
  },
  dinoEntry('l', 1024, 24, 'd5383ea8f4877b2472eb973e0fd72d557c7da5d3611bd527ceeb1d7162cbf428'),
  dinoEntry('b', 768, 12, null),
  dinoEntry('s', 384, 12, 'b938bf1bc15cd2ec0feacfe3a1bb553fe8ea9ca46a7e1d8d00217f29aef60cd9'),
  samEntry('vit-h', '4b8939', 'a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e'),
  samEntry('vit-l', '0b3195', '3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622'),
  samEntry('vit-b', '01ec64', 'ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912'),
  MOBILE_SAM,
  fastSamEntry('x'),
  fastSamEntry('s'),
]

/** Names of the networks that can play a part, the official choice first. */
export function networksFor(role: CatalogueEntry['role']): string[] {
  return CATALOGUE.filter((entry) => entry.role === role).map(({ name }) => name)
}

/** @throws {RangeError} no such network */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = CATALOGUE.find((one) => one.name === name)
  if (entry === undefined)
    throw new RangeError(`no network ${name}; there are ${CATALOGUE.map((one) => one.name).join(', ')}`)
  return entry
}

/** @throws model.missing: there is no checkpoint of it that could be converted */
export function conversionOf(name: string): Conversion {
  const { title, conversion } = catalogueEntry(name)
  if (conversion !== null) return conversion
  const detail = `${title} is used as an ONNX export: sextant models install ${exportManifestOf(name)} <ONNX files>`
  throw new PlatformError('model.missing', { detail })
}

/**
 * The file of this project that describes the export of a network that cannot be converted.
 *
 * @throws {RangeError} the network is converted from its checkpoint
 */
export function exportManifestOf(name: string): string {
  const { exportManifest } = catalogueEntry(name)
  if (exportManifest === undefined) throw new RangeError(`${name} is converted from its checkpoint`)
  return exportManifest
}
