import { access, copyFile, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { z } from 'zod'
import { assertAnswers } from './assert-answers.ts'
import { catalogueEntry } from './catalogue.ts'
import { installNetwork } from './install-network.ts'
import { digestOf, type ExportPorts, type InstalledManifest } from './installed-model.ts'

const port = z.object({ name: z.string().min(1), layout: z.string() })

const common = z.object({
  /** of the catalogue: what it can be used as */
  network: z.string(),
  title: z.string(),
  page: z.string(),
  /** null: to be exported by the user */
  url: z.string().nullable(),
  /** null: not known; then any file with the right inputs and outputs is taken */
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
/** What a file under `models/` says of a public export. */
const exportManifest = z.discriminatedUnion('kind', [descriptorExport, detectorExport])
type ExportManifest = z.infer<typeof exportManifest>

/** File stem of the one graph of each kind. */
const STEMS = { dinov2: 'descriptor', fastsam: 'detector' }

/**
 * Installs an ONNX file that others exported, in the place of a converted checkpoint. It is run once, on a blank image,
 * and what it answers is compared with the manifest.
 *
 * @param files  the ONNX file, then those with its weights if it has any
 * @throws model.unreadable, model.checksum_mismatch, model.parameters_mismatch, model.load_failed
 */
export async function installExport(
  manifestPath: string,
  files: readonly [string, ...string[]],
  modelsDir: string,
): Promise<InstalledManifest> {
  const wanted = await readManifest(manifestPath)
  const [model, ...data] = files
  for (const path of files) {
    await access(path).catch((cause: unknown) => {
      throw new PlatformError('model.unreadable', { detail: `${basename(path)} cannot be opened.`, cause })
    })
  }
  const sha256 = await digestOf(model)
  if (wanted.sha256 !== null && wanted.sha256 !== sha256) {
    throw new PlatformError('model.checksum_mismatch', {
      detail: `${basename(model)} is not the file of the manifest: its SHA-256 is ${sha256}.`,
    })
  }
  const graph = `${STEMS[wanted.kind]}.onnx`
  const ports = portsOf(wanted)
  const origin = {
    source: { fileName: basename(model), sha256, bytes: (await stat(model)).size },
    isOfficial: wanted.sha256 === sha256,
    precision: 'fp32',
    exportPorts: ports,
  } as const
  return installNetwork(modelsDir, wanted.network, origin, async (folder) => {
    await copyFile(model, join(folder, graph))
    // The model refers to its weights by their own names.
    for (const path of data) await copyFile(path, join(folder, basename(path)))
    await assertAnswers(join(folder, graph), wanted.network, ports)
    return [graph, ...data.map((path) => basename(path))]
  })
}

async function readManifest(path: string): Promise<ExportManifest> {
  try {
    const manifest = exportManifest.parse(JSON.parse(await readFile(path, 'utf8')))
    const { kind } = catalogueEntry(manifest.network)
    if (kind !== manifest.kind) throw new RangeError(`${manifest.network} is ${kind}, not ${manifest.kind}`)
    return manifest
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PlatformError('model.unreadable', { detail: `${basename(path)} is no model manifest: ${reason}`, cause })
  }
}

function portsOf(wanted: ExportManifest): ExportPorts {
  const input = wanted.input.name
  if (wanted.kind === 'dinov2') return { input, output: wanted.output.name }
  return { input, detections: wanted.detections.name, prototypes: wanted.prototypes.name }
}
