import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { PlatformError } from '@sextant/contracts'
import { PRECISIONS } from '@sextant/sam6d'
import { z } from 'zod'
import { catalogueEntry, exportManifestOf } from './catalogue.ts'

/** Changes when a graph changes its meaning: older conversions are then to be made again. */
export const GRAPH_VERSION = 2
export const MANIFEST = 'network.json'

const descriptorPorts = z.object({ input: z.string(), output: z.string() })
/** Names of a descriptor's input and output. */
export type DescriptorPorts = z.infer<typeof descriptorPorts>

const detectorPorts = z.object({ input: z.string(), detections: z.string(), prototypes: z.string() })
/** Names of a detector's input and outputs. */
export type DetectorPorts = z.infer<typeof detectorPorts>

const name = z.string()
/** Names of the ports of SAM's two graphs, by who wrote the code that exports them. */
export const samPorts = z.discriminatedUnion('layout', [
  z.object({
    layout: z.literal('segment-anything'),
    encoder: z.object({ image: name, features: name }),
    decoder: z.object({
      features: name,
      points: name,
      labels: name,
      maskInput: name,
      hasMaskInput: name,
      imageSize: name,
      masks: name,
      scores: name,
    }),
  }),
  z.object({
    layout: z.literal('transformers'),
    encoder: z.object({ image: name, features: name, positions: name }),
    decoder: z.object({ features: name, positions: name, points: name, labels: name, masks: name, scores: name }),
  }),
])
export type SamPorts = z.infer<typeof samPorts>

const exportPorts = z.union([descriptorPorts, detectorPorts, samPorts])
/** Names of a public export's inputs and outputs. */
export type ExportPorts = z.infer<typeof exportPorts>

export const installedManifest = z.object({
  graphVersion: z.number().int(),
  network: z.string(),
  source: z.object({ fileName: z.string(), sha256: z.string(), bytes: z.number().int() }),
  /** the source is the owners' own file */
  isOfficial: z.boolean(),
  /** null: an export of a network whose parameters are not listed here */
  parameters: z.number().int().nullable(),
  /** of large weights */
  precision: z.enum(PRECISIONS).default('fp32'),
  /** null: a graph of ours */
  exportPorts: exportPorts.nullable().default(null),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
})
export type InstalledManifest = z.infer<typeof installedManifest>

/** A network of the model folder and whether it can be used. */
export interface InstalledModel {
  readonly name: string
  readonly state: 'missing' | 'ready' | 'outdated' | 'damaged'
  readonly manifest: InstalledManifest | null
  /** what is wrong, when something is */
  readonly problem: string | null
}

/** Looks at the manifest and the sizes of the files: cheap. */
export async function inspectModel(modelsDir: string, name: string): Promise<InstalledModel> {
  catalogueEntry(name)
  const folder = join(modelsDir, name)
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => null)
  if (text === null) return { name, state: 'missing', manifest: null, problem: null }
  const parsed = installedManifest.safeParse(parseJson(text))
  if (!parsed.success) return { name, state: 'damaged', manifest: null, problem: `${MANIFEST} cannot be read` }
  const manifest = parsed.data
  if (manifest.exportPorts === null && manifest.graphVersion !== GRAPH_VERSION) {
    return { name, state: 'outdated', manifest, problem: 'converted by another version; convert the checkpoint again' }
  }
  for (const file of manifest.files) {
    const size = await stat(join(folder, file.name)).then(
      (found) => found.size,
      () => -1,
    )
    if (size !== file.bytes) return { name, state: 'damaged', manifest, problem: `${file.name} is incomplete` }
  }
  return { name, state: 'ready', manifest, problem: null }
}

/** Reads every byte and compares digests. @throws model.missing, model.checksum_mismatch */
export async function verifyModel(modelsDir: string, name: string): Promise<InstalledManifest> {
  const manifest = await requireModel(modelsDir, name)
  for (const file of manifest.files) {
    if ((await digestOf(join(modelsDir, name, file.name))) === file.sha256) continue
    throw new PlatformError('model.checksum_mismatch', {
      detail: `${name}/${file.name} has changed; convert the checkpoint again.`,
    })
  }
  return manifest
}

/** @throws model.missing with the three lines a newcomer needs */
export async function requireModel(modelsDir: string, name: string): Promise<InstalledManifest> {
  const found = await inspectModel(modelsDir, name)
  if (found.state === 'ready' && found.manifest !== null) return found.manifest
  throw new PlatformError('model.missing', { detail: howToInstall(name, found) })
}

/** What to do about a network that cannot be used. */
export function howToInstall(name: string, { state, problem }: Pick<InstalledModel, 'state' | 'problem'>): string {
  const { title, page, licence, conversion } = catalogueEntry(name)
  const what =
    state === 'missing'
      ? `The network ${name} (${title}) is not installed.`
      : `The network ${name} is ${state}: ${problem ?? ''}.`
  if (conversion === null) {
    const get = `Export ${title} to ONNX, or download an export (${page}; licence: ${licence}).`
    return [what, get, `Then run: sextant models install ${exportManifestOf(name)} <ONNX files>`].join('\n')
  }
  const { checkpoint, url } = conversion
  const get =
    url === null
      ? `Download ${checkpoint} from ${page} (licence: ${licence}).`
      : `Run: sextant models pull ${name}   (or download ${checkpoint}; licence: ${licence})`
  return [what, get, `Then run: sextant models convert ${name} <path of ${checkpoint}>`].join('\n')
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
