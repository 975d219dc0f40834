import { createHash } from 'node:crypto'
import { access, copyFile, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { z } from 'zod'
import { assertAnswers } from './assert-answers.ts'
import { catalogueEntry, GRAPH_STEMS } from './catalogue.ts'
import { installNetwork } from './install-network.ts'
import { digestOf, samPorts, type ExportPorts, type InstalledManifest } from './installed-model.ts'

const port = z.object({ name: z.string().min(1), layout: z.string() })

const common = z.object({
  /** of the catalogue: what it can be used as */
  network: z.string(),
  title: z.string(),
  page: z.string(),
  /** null: to be exported by the user */
  url: z.string().nullable(),
  /** of the ONNX file; of several, see `digestOfAll`. null: not known; then any file with the right ports is taken */
  sha256: z.string().nullable(),
  licence: z.string(),
})
const descriptorExport = common.extend({
  kind: z.literal('dinov2'),
  input: port.extend({ normalisation: z.literal('ImageNet') }),
  output: port,
})
const detectorExport = common.extend({
  kind: z.literal('fastsam'),
  input: port.extend({ normalisation: z.literal('0 to 1') }),
  detections: port,
  prototypes: port,
})
const samExport = common.extend({
  kind: z.literal('sam'),
  /** whose code exported it */
  layout: z.string(),
  encoder: z.record(z.string(), port),
  decoder: z.record(z.string(), port),
})
/** What a file under `models/` says of a public export. */
const exportManifest = z.discriminatedUnion('kind', [descriptorExport, detectorExport, samExport])
type ExportManifest = z.infer<typeof exportManifest>

/**
 * Installs what others exported to ONNX, in the place of a converted checkpoint. It is run once, on a blank image, and what
 * it answers is compared with the manifest.
 *
 * @param files  the ONNX file (of SAM the encoder, then the decoder), then those with weights if there are any
 * @throws model.unreadable, model.checksum_mismatch, model.parameters_mismatch, model.load_failed
 */
export async function installExport(
  manifestPath: string,
  files: readonly string[],
  modelsDir: string,
): Promise<InstalledManifest> {
  const { network, kind, sha256: expected, ports } = await readManifest(manifestPath)
  const stems: readonly string[] = GRAPH_STEMS[kind]
  const graphs = files.slice(0, stems.length)
  if (graphs.length < stems.length) {
    const detail = `${network} needs the ONNX file of its ${stems.slice(graphs.length).join(' and ')}.`
    throw new PlatformError('model.unreadable', { detail })
  }
  const source = await describeFiles(graphs, files)
  if (expected !== null && expected !== source.sha256) {
    throw new PlatformError('model.checksum_mismatch', {
      detail: `${source.fileName} is not what the manifest names: its SHA-256 is ${source.sha256}.`,
    })
  }
  const origin = { source, isOfficial: expected !== null, precision: 'fp32', exportPorts: ports } as const
  return installNetwork(modelsDir, network, origin, async (folder) => {
    const names: string[] = []
    for (const [i, path] of files.entries()) {
      const stem = stems[i]
      // A graph refers to its weights by their own names.
      const name = stem === undefined ? basename(path) : `${stem}.onnx`
      await copyFile(path, join(folder, name))
      names.push(name)
    }
    await assertAnswers(folder, stems, network, ports)
    return names
  })
}

/** @throws model.unreadable */
async function describeFiles(
  graphs: readonly string[],
  files: readonly string[],
): Promise<InstalledManifest['source']> {
  for (const path of files) {
    await access(path).catch((cause: unknown) => {
      throw new PlatformError('model.unreadable', { detail: `${basename(path)} cannot be opened.`, cause })
    })
  }
  const sizes = await Promise.all(graphs.map(async (path) => (await stat(path)).size))
  return {
    fileName: graphs.map((path) => basename(path)).join(' and '),
    sha256: await digestOfAll(files),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  }
}

/** Of one file its own; of several, of their digests in hexadecimal, one after the other. */
async function digestOfAll(files: readonly string[]): Promise<string> {
  const digests: string[] = []
  for (const path of files) digests.push(await digestOf(path))
  const [first = '', ...others] = digests
  return others.length === 0 ? first : createHash('sha256').update(digests.join('')).digest('hex')
}

async function readManifest(path: string): Promise<ExportManifest & { readonly ports: ExportPorts }> {
  try {
    const manifest = exportManifest.parse(JSON.parse(await readFile(path, 'utf8')))
    const { kind } = catalogueEntry(manifest.network)
    if (kind !== manifest.kind) throw new RangeError(`${manifest.network} is ${kind}, not ${manifest.kind}`)
    return { ...manifest, ports: portsOf(manifest) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PlatformError('model.unreadable', { detail: `${basename(path)} is no model manifest: ${reason}`, cause })
  }
}

/** @throws {z.ZodError} a port is missing */
function portsOf(manifest: ExportManifest): ExportPorts {
  if (manifest.kind === 'sam') {
    const { layout, encoder, decoder } = manifest
    return samPorts.parse({ layout, encoder: namesOf(encoder), decoder: namesOf(decoder) })
  }
  const input = manifest.input.name
  if (manifest.kind === 'dinov2') return { input, output: manifest.output.name }
  return { input, detections: manifest.detections.name, prototypes: manifest.prototypes.name }
}

function namesOf(ports: Readonly<Record<string, z.infer<typeof port>>>): Record<string, string> {
  return Object.fromEntries(Object.entries(ports).map(([own, { name }]) => [own, name]))
}
