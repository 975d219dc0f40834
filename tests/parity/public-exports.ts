import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ColorImage } from '@sextant/geometry'
import { buildDinoV2, dinoParameters, writeModel, type Graph } from '@sextant/sam6d'
import { pseudoStateDict } from './pseudo-weights.ts'

/** Channels of DINOv2 ViT-S. */
export const DINO_WIDTH = 384
export const DINO_NETWORK = 'dinov2-vits14'

export function repositoryPath(file: string): string {
  return fileURLToPath(new URL(`../../${file}`, import.meta.url))
}

/** DINOv2 ViT-S with pseudo-weights, as a converted checkpoint would be. */
export function pseudoDino(): Graph {
  return buildDinoV2(pseudoStateDict(dinoParameters(DINO_WIDTH, 12)))
}

/** DINOv2 with the ports of the Transformers exporter: all tokens after the last norm in one output. */
export function asHuggingFace(graph: Graph): Graph {
  const tokens = graph.nodes.findLast(({ operator }) => operator === 'LayerNormalization')!.outputs[0]!
  const nodes = graph.nodes
    .filter(({ outputs }) => outputs[0] !== 'class_token' && outputs[0] !== 'patch_tokens')
    .map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'image' ? 'pixel_values' : name)) }))
  const answer = { operator: 'Identity', domain: '', inputs: [tokens], outputs: ['last_hidden_state'], attributes: {} }
  return {
    ...graph,
    inputs: [{ name: 'pixel_values', type: 'float32', dims: ['batch', 3, 224, 224] }],
    outputs: [{ name: 'last_hidden_state', type: 'float32', dims: ['batch', 257, DINO_WIDTH] }],
    nodes: [...nodes, answer],
  }
}

/** Writes `<stem>.onnx` and its weights, `<stem>.onnx_data`, as exporters name them. */
export async function writeExport(
  graph: Graph,
  folder: string,
  stem: string,
): Promise<{ model: string; data: string }> {
  const model = join(folder, `${stem}.onnx`)
  const data = join(folder, `${stem}.onnx_data`)
  await mkdir(folder, { recursive: true })
  await writeFile(data, '')
  const append = (bytes: Uint8Array): Promise<void> => appendFile(data, bytes)
  await writeFile(model, await writeModel(graph, { fileName: `${stem}.onnx_data`, append }))
  return { model, data }
}

/** Black, with bright rectangles: first channel only. [x1, y1, x2, y2] px, ends exclusive */
export function picture(width: number, height: number, rectangles: readonly (readonly number[])[]): ColorImage {
  const data = new Uint8Array(3 * width * height)
  for (const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] of rectangles) {
    for (let v = y1; v < y2; v++) for (let u = x1; u < x2; u++) data[3 * (v * width + u)] = 255
  }
  return { width, height, data }
}
