import { open, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { PlatformError } from '@sextant/contracts'
import {
  assertParameters,
  readCheckpoint,
  writeModel,
  type Graph,
  type Precision,
  type StateDict,
} from '@sextant/sam6d'
import { catalogueEntry, conversionOf } from './catalogue.ts'
import { openFileSource } from './file-source.ts'
import { installNetwork } from './install-network.ts'
import { digestOf, type InstalledManifest } from './installed-model.ts'

export interface ConvertOptions {
  /** told what is being done */
  readonly onProgress?: (step: string) => void
  /** fp16: half the disk and memory, weights rounded to 11 bits */
  readonly precision?: Precision
}

/**
 * Converts an official checkpoint into ONNX graphs in `<modelsDir>/<name>/`. Written beside and renamed: a conversion that
 * is stopped leaves what was there.
 *
 * @throws model.missing when it cannot be converted, model.unreadable, model.parameters_mismatch
 */
export async function convertCheckpoint(
  checkpointPath: string,
  name: string,
  modelsDir: string,
  { onProgress, precision = 'fp32' }: ConvertOptions = {},
): Promise<InstalledManifest> {
  const conversion = conversionOf(name)
  const source = await openFileSource(checkpointPath).catch((cause: unknown) => {
    throw new PlatformError('model.unreadable', {
      detail: `The checkpoint ${basename(checkpointPath)} cannot be opened.`,
      cause,
    })
  })
  try {
    onProgress?.('reading the checkpoint')
    const parameters = await readCheckpoint(source)
    assertParameters(parameters, conversion.expected(), catalogueEntry(name).title)
    onProgress?.('its digest')
    const sha256 = await digestOf(checkpointPath)
    const checked = refuseBadNumbers(parameters)
    const origin = {
      source: { fileName: basename(checkpointPath), sha256, bytes: source.size },
      isOfficial: sha256 === conversion.sha256,
      precision,
      exportPorts: null,
    }
    return await installNetwork(modelsDir, name, origin, async (folder) => {
      const files: string[] = []
      for (const [stem, build] of Object.entries(conversion.graphs)) {
        onProgress?.(`writing ${stem}`)
        files.push(...(await writeGraph(folder, stem, build(checked), precision)))
      }
      return files
    })
  } finally {
    await source.close()
  }
}

/** A network with NaN or infinite weights answers nonsense without a word: refused when such a weight is read. */
function refuseBadNumbers(parameters: StateDict): StateDict {
  return new Map(
    [...parameters].map(([name, parameter]) => [
      name,
      {
        ...parameter,
        async read() {
          const values = await parameter.read()
          for (let i = 0; i < values.length; i++) {
            if (Number.isFinite(values[i])) continue
            throw new PlatformError('model.unreadable', {
              detail: `The checkpoint is refused: ${name} holds ${values[i]}.`,
            })
          }
          return values
        },
      },
    ]),
  )
}

async function writeGraph(folder: string, stem: string, graph: Graph, precision: Precision): Promise<string[]> {
  const fileName = `${stem}.weights`
  const handle = await open(join(folder, fileName), 'wx')
  try {
    const append = async (bytes: Uint8Array): Promise<void> => {
      for (let at = 0; at < bytes.length; at += 2 ** 30) await handle.write(bytes.subarray(at, at + 2 ** 30))
    }
    const model = await writeModel(graph, { fileName, append }, precision)
    await handle.sync()
    await writeFile(join(folder, `${stem}.onnx`), model)
  } finally {
    await handle.close()
  }
  return [`${stem}.onnx`, fileName]
}
