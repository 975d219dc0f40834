import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Session } from '@sextant/inference'
import { openOnnxSession } from '@sextant/inference/onnx-node'
import { writeModel, type Graph } from '@sextant/sam6d'

/** Writes a graph to a temporary folder and opens it. The folder is removed at once: the runtime has read it by then. */
export async function openGraph(graph: Graph, threads = 2): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-parity-'))
  try {
    const fileName = 'weights.bin'
    await writeFile(join(folder, fileName), '')
    const model = await writeModel(graph, { fileName, append: (bytes) => appendFile(join(folder, fileName), bytes) })
    await writeFile(join(folder, 'model.onnx'), model)
    return await openOnnxSession(join(folder, 'model.onnx'), { threads })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
