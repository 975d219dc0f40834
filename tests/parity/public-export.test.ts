import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRng } from '@sextant/geometry'
import { inspectModel, installExport, openSegmentationNetworks, verifyModel } from '@sextant/models'
import {
  buildDinoV2,
  buildSamDecoder,
  buildSamEncoder,
  describeCrops,
  dinoParameters,
  samParameters,
  writeModel,
  type ExpectedParameters,
  type Graph,
  type StateDict,
} from '@sextant/sam6d'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pseudoParameter } from './pseudo-weights.ts'
import { openGraph } from './run-network.ts'

const NETWORK = 'dinov2-vits14'
const WIDTH = 384
const manifestOf = (network: string): string =>
  fileURLToPath(new URL(`../../models/${network}.hugging-face.json`, import.meta.url))

const weights = (expected: ExpectedParameters): StateDict =>
  new Map([...expected].map(([name, shape]) => [name, pseudoParameter(name, shape)]))
const dino = weights(dinoParameters(WIDTH, 12))

let root: string
let exported: { readonly model: string; readonly data: string }
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-export-'))
  exported = await writeGraph(asExported(buildDinoV2(dino)), 'exports', 'model')
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** The same network with the ports of the Transformers exporter: all tokens after the last norm in one output. */
function asExported(graph: Graph): Graph {
  const tokens = graph.nodes.findLast(({ operator }) => operator === 'LayerNormalization')!.outputs[0]!
  const nodes = graph.nodes
    .filter(({ outputs }) => outputs[0] !== 'class_token' && outputs[0] !== 'patch_tokens')
    .map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === 'image' ? 'pixel_values' : name)) }))
  const answer = { operator: 'Identity', domain: '', inputs: [tokens], outputs: ['last_hidden_state'], attributes: {} }
  return {
    ...graph,
    inputs: [{ name: 'pixel_values', type: 'float32', dims: ['batch', 3, 224, 224] }],
    outputs: [{ name: 'last_hidden_state', type: 'float32', dims: ['batch', 257, WIDTH] }],
    nodes: [...nodes, answer],
  }
}

async function writeGraph(graph: Graph, folder: string, stem: string) {
  const model = join(root, folder, `${stem}.onnx`)
  const data = join(root, folder, `${stem}.onnx_data`)
  await mkdir(dirname(model), { recursive: true })
  const append = (bytes: Uint8Array): Promise<void> => appendFile(data, bytes)
  await writeFile(model, await writeModel(graph, { fileName: `${stem}.onnx_data`, append }))
  return { model, data }
}

/** A SAM of the official shapes outside and two narrow blocks inside, where a converted one would be. */
async function installNarrowSam(folder: string): Promise<void> {
  const parameters = weights(samParameters({ width: 64, depth: 2, heads: 2, global: [1] }))
  await writeGraph(buildSamEncoder(parameters), `${folder}/sam-vit-b`, 'encoder')
  await writeGraph(buildSamDecoder(parameters, 64), `${folder}/sam-vit-b`, 'decoder')
  const installed = await readFile(join(root, folder, NETWORK, 'network.json'), 'utf8')
  const manifest = { ...JSON.parse(installed), network: 'sam-vit-b', exportPorts: null, files: [] }
  await writeFile(join(root, folder, 'sam-vit-b', 'network.json'), JSON.stringify(manifest))
}

describe('a public export of DINOv2', () => {
  it('is installed, verified, and describes crops as the converted network does', async () => {
    const models = join(root, 'models')
    await installExport(manifestOf(NETWORK), [exported.model, exported.data], models)
    expect(await inspectModel(models, NETWORK)).toMatchObject({ state: 'ready', problem: null })
    expect((await verifyModel(models, NETWORK)).files.map(({ name }) => name)).toEqual([
      'descriptor.onnx',
      'model.onnx_data',
    ])
    await installNarrowSam('models')
    const names = { proposals: 'sam-vit-b', descriptor: NETWORK }
    const opened = await openSegmentationNetworks(models, names, { threads: 2 })
    const rng = createRng(3)
    const crops = [0, 1].map((part) => ({
      planes: Float32Array.from({ length: 3 * 224 * 224 }, () => rng.normal()),
      valid: Uint8Array.from({ length: 256 }, (_, i) => ((i + part) % 3 === 0 ? 0 : 1)),
    }))
    const ours = await openGraph(buildDinoV2(dino))
    expect(await describeCrops(opened.networks.descriptor, crops)).toEqual(await describeCrops(ours, crops))
    await Promise.all([opened.release(), ours.release()])
  }, 120_000)

  it('is refused when it is not what the manifest says, and nothing stays', async () => {
    const models = join(root, 'refusals')
    const own = await writeGraph(buildDinoV2(dino), 'own', 'model')
    const pinned = join(root, 'pinned.json')
    const manifest: Record<string, unknown> = JSON.parse(await readFile(manifestOf(NETWORK), 'utf8'))
    await writeFile(pinned, JSON.stringify({ ...manifest, sha256: '0'.repeat(64) }))
    const install = (path: string, { model, data }: typeof own): Promise<unknown> =>
      installExport(path, [model, data], models)
    await expect(install(manifestOf(NETWORK), own)).rejects.toMatchObject({
      code: 'model.parameters_mismatch',
      message: expect.stringContaining('there is no input pixel_values; there are image'),
    })
    await expect(install(manifestOf('dinov2-vitl14'), exported)).rejects.toThrow(
      'last_hidden_state is [1, 257, 384], expected [1, 257, 1024]',
    )
    await expect(install(pinned, exported)).rejects.toMatchObject({ code: 'model.checksum_mismatch' })
    await expect(install(exported.model, exported)).rejects.toThrow(/is no model manifest/)
    await expect(install(manifestOf(NETWORK), { ...own, model: join(root, 'none') })).rejects.toMatchObject({
      code: 'model.unreadable',
    })
    await expect(install(manifestOf(NETWORK), { ...exported, data: join(root, 'none') })).rejects.toMatchObject({
      code: 'model.unreadable',
    })
    expect(await inspectModel(models, NETWORK)).toMatchObject({ state: 'missing' })
  })
})
