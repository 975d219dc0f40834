import { access, copyFile, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import { tensor, type Session } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { z } from 'zod'
import { DINO_TOKENS } from './adapt-export.ts'
import { catalogueEntry } from './catalogue.ts'
import { installNetwork } from './install-network.ts'
import { digestOf, type InstalledManifest } from './installed-model.ts'

const port = z.object({ name: z.string().min(1), layout: z.string() })

/** What a file under `models/` says of a public export. */
const exportManifest = z.object({
  /** of the catalogue: what it can be used as */
  network: z.string(),
  title: z.string(),
  page: z.string(),
  url: z.string(),
  /** null: not known; then any file with the right inputs and outputs is taken */
  sha256: z.string().nullable(),
  licence: z.string(),
  kind: z.literal('dinov2'),
  input: port.extend({ normalisation: z.literal('ImageNet') }),
  output: port,
})
type ExportManifest = z.infer<typeof exportManifest>

const DESCRIPTOR = 'descriptor.onnx'
const VIEW_SIDE = 224

/**
 * Installs an ONNX file that others exported, in the place of a converted checkpoint. It is run once, on a blank image,
 * and what it answers is compared with the manifest.
 *
 * @param files  the ONNX file, then those with its weights if it has any
 * @throws model.unreadable, model.checksum_mismatch, model.parameters_mismatch
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
  const origin = {
    source: { fileName: basename(model), sha256, bytes: (await stat(model)).size },
    isOfficial: wanted.sha256 === sha256,
    precision: 'fp32',
    exportPorts: { input: wanted.input.name, output: wanted.output.name },
  } as const
  return installNetwork(modelsDir, wanted.network, origin, async (folder) => {
    await copyFile(model, join(folder, DESCRIPTOR))
    // The model refers to its weights by their own names.
    for (const path of data) await copyFile(path, join(folder, basename(path)))
    await assertAnswers(join(folder, DESCRIPTOR), wanted)
    return [DESCRIPTOR, ...data.map((path) => basename(path))]
  })
}

async function readManifest(path: string): Promise<ExportManifest> {
  try {
    const manifest = exportManifest.parse(JSON.parse(await readFile(path, 'utf8')))
    if (catalogueEntry(manifest.network).role !== 'descriptor') throw new RangeError('it is no descriptor')
    return manifest
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PlatformError('model.unreadable', { detail: `${basename(path)} is no model manifest: ${reason}`, cause })
  }
}

/** @throws model.load_failed, model.parameters_mismatch */
async function assertAnswers(path: string, { network, input, output }: ExportManifest): Promise<void> {
  const session = await openOnnxSession(path)
  try {
    assertPort('input', input.name, session.inputNames)
    assertPort('output', output.name, session.outputNames)
    const expected = [1, DINO_TOKENS, widthOf(network)]
    const found = await answerDims(session, input.name, output.name)
    if (found.join() !== expected.join()) {
      refuse(`${output.name} is [${found.join(', ')}], expected [${expected.join(', ')}]`)
    }
  } finally {
    await session.release()
  }
}

function assertPort(kind: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) refuse(`there is no ${kind} ${name}; there are ${names.join(', ')}`)
}

async function answerDims(session: Session, input: string, output: string): Promise<readonly number[]> {
  const image = tensor(new Float32Array(3 * VIEW_SIDE ** 2), [1, 3, VIEW_SIDE, VIEW_SIDE])
  try {
    return (await session.run({ [input]: image }, [output]))[output]?.dims ?? []
  } catch (cause) {
    return refuse(`it does not take [1, 3, ${VIEW_SIDE}, ${VIEW_SIDE}]: ${cause instanceof Error ? cause.message : ''}`)
  }
}

function refuse(reason: string): never {
  throw new PlatformError('model.parameters_mismatch', { detail: `The file is not what the manifest says: ${reason}.` })
}

function widthOf(network: string): number {
  return catalogueEntry(network).expected().get('cls_token')?.at(-1) ?? 0
}
