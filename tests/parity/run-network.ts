import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Session } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { writeModel, type Graph, type Precision } from '@sextant/sam6d'

/** Writes a graph to a temporary folder and opens it. The folder is removed at once: the runtime has read it by then. */
export async function openGraph(
  graph: Graph,
  { precision = 'fp32', threads = 2 }: { readonly precision?: Precision; readonly threads?: number } = {},
): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-parity-'))
  try {
    const fileName = 'weights.bin'
    await writeFile(join(folder, fileName), '')
    const append = (bytes: Uint8Array): Promise<void> => appendFile(join(folder, fileName), bytes)
    const model = await writeModel(graph, { fileName, append }, precision)
    await writeFile(join(folder, 'model.onnx'), model)
    return await openOnnxSession(join(folder, 'model.onnx'), { threads, keepsStoredWeights: precision === 'fp16' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
