import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROVIDERS, tensor, type Provider } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { GraphBuilder, writeModel } from '@sextant/sam6d'

/** Whether a provider can be used on this machine. */
export interface ProviderVerdict {
  readonly provider: Provider
  /** null: it can */
  readonly problem: string | null
}

/** Runs a network of one addition on each provider: what is missing is said before gigabytes are loaded. */
export async function probeProviders(providers: readonly Provider[] = PROVIDERS): Promise<ProviderVerdict[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-probe-'))
  try {
    const path = join(folder, 'probe.onnx')
    await writeFile(path, await additionModel())
    const verdicts: ProviderVerdict[] = []
    for (const provider of providers) verdicts.push({ provider, problem: await problemOf(provider, path) })
    return verdicts
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function additionModel(): Promise<Uint8Array> {
  const graph = new GraphBuilder('probe')
  const x = graph.input('x', [1])
  graph.output('y', graph.add(x, x), [1])
  return writeModel(graph.build(), {
    fileName: '',
    append: () => Promise.reject(new Error('the probe has no weights')),
  })
}

/** The CPU takes the network where the provider does not, so that its refusal is at hand. */
async function problemOf(provider: Provider, path: string): Promise<string | null> {
  try {
    const session = await openOnnxSession(path, { providers: [provider, 'cpu'], threads: 1 })
    try {
      await session.run({ x: tensor(Float32Array.of(1), [1]) })
    } finally {
      await session.release()
    }
    return session.refusals.find((refusal) => refusal.provider === provider)?.reason ?? null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
