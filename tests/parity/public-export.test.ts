import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, type Mask } from '@sextant/geometry'
import {
  convertCheckpoint,
  exportManifestOf,
  inspectModel,
  installExport,
  openSegmentationNetworks,
  verifyModel,
} from '@sextant/models'
import {
  buildSamDecoder,
  buildSamEncoder,
  describeCrops,
  describeProposals,
  resizeMaskInto,
  samParameters,
  type Graph,
} from '@sextant/sam6d'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fastSamGraph, type Answered } from './fast-sam-graph.ts'
import { pseudoStateDict } from './pseudo-weights.ts'
import {
  asHuggingFace,
  DINO_NETWORK as NETWORK,
  DINO_WIDTH as WIDTH,
  picture,
  pseudoDino,
  repositoryPath,
  writeExport,
} from './public-exports.ts'
import { openGraph } from './run-network.ts'

const manifestOf = (network: string): string => repositoryPath(`models/${network}.hugging-face.json`)

let root: string
let exported: { readonly model: string; readonly data: string }
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-export-'))
  exported = await writeGraph(asHuggingFace(pseudoDino()), 'exports', 'model')
})
afterAll(() => rm(root, { recursive: true, force: true }))

const writeGraph = (graph: Graph, folder: string, stem: string): ReturnType<typeof writeExport> =>
  writeExport(graph, join(root, folder), stem)

/** A SAM of the official shapes outside and two narrow blocks inside, where a converted one would be. */
async function installNarrowSam(folder: string): Promise<void> {
  const parameters = pseudoStateDict(samParameters({ width: 64, depth: 2, heads: 2, global: [1] }))
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
    const ours = await openGraph(pseudoDino())
    expect(await describeCrops(opened.networks.descriptor, crops)).toEqual(await describeCrops(ours, crops))
    await Promise.all([opened.release(), ours.release()])
  }, 120_000)

  it('is refused when it is not what the manifest says, and nothing stays', async () => {
    const models = join(root, 'refusals')
    const own = await writeGraph(pseudoDino(), 'own', 'model')
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

const FAST = 'fastsam-s'
const fastManifest = repositoryPath(exportManifestOf(FAST))

/** What is bright in a picture. */
function brightOf(...of: Parameters<typeof picture>): Mask {
  const { width, height, data } = picture(...of)
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => data[3 * i]! / 255) }
}

/** Installs an export of this side, answering these boxes, beside DINOv2; opens both as the ISM server does. */
async function openFast(folder: string, side: number, boxes: readonly Answered[]) {
  const models = join(root, folder)
  const { model } = await writeGraph(fastSamGraph(side, boxes), `${folder}-export`, 'fastsam')
  await installExport(fastManifest, [model], models)
  await installExport(manifestOf(NETWORK), [exported.model, exported.data], models)
  return openSegmentationNetworks(models, { proposals: FAST, descriptor: NETWORK }, { threads: 2 })
}

describe('a public export of FastSAM', () => {
  it('is installed, verified, and proposes the masks it answers, which are described like those of SAM', async () => {
    // The image is 640 x 480: 80 rows of grey above it. One rectangle inside, one at the right and lower border.
    const rectangles = [
      [40, 60, 160, 120],
      [600, 440, 640, 480],
    ]
    const opened = await openFast('fast', 640, [
      { corners: [600, 520, 700, 600], score: 0.5 },
      { corners: [40, 140, 160, 200], score: 0.9 },
      // The same again, and one where nothing is bright.
      { corners: [40, 140, 160, 201], score: 0.8 },
      { corners: [300, 300, 400, 400], score: 0.7 },
    ])
    expect((await verifyModel(join(root, 'fast'), FAST)).files.map(({ name }) => name)).toEqual(['detector.onnx'])
    const color = picture(640, 480, rectangles)
    const proposals = await opened.networks.proposals.propose(color, 'corrected')
    expect(proposals.map(({ box }) => box)).toEqual(rectangles)
    const corners = [
      [40, 60, 159, 60, 40, 119, 159, 119],
      [600, 440, 600, 479],
    ]
    proposals.forEach(({ mask }, i) => {
      const expected = brightOf(640, 480, [rectangles[i]!])
      // Enlarging rounds corners that are not at the border of the square.
      const points = corners[i]!
      for (let k = 0; k < points.length; k += 2) expected.data[points[k + 1]! * 640 + points[k]!] = 0
      expect(mask).toEqual(expected)
    })
    const described = await describeProposals(opened.networks.descriptor, color, proposals, 'corrected')
    expect(described.proposals).toEqual(proposals)
    expect(described.descriptors.map(({ classToken }) => classToken.length)).toEqual([WIDTH, WIDTH])
    // Blue first, as the official demo: there is nothing bright then.
    expect(await opened.networks.proposals.propose(color, 'parity')).toEqual([])
    await opened.release()
  }, 120_000)

  it('has the side it was exported with; boxes and masks come back to an image of another size', async () => {
    const opened = await openFast('tall', 1024, [{ corners: [512, 256, 704, 768], score: 0.9 }])
    // 384 x 512 twice as large is 768 x 1024, with 128 columns of grey on either side.
    const [proposal, ...others] = await opened.networks.proposals.propose(
      picture(384, 512, [[192, 128, 288, 384]]),
      'corrected',
    )
    expect(others).toEqual([])
    expect(proposal?.box).toEqual([192, 128, 288, 384])
    expect(proposal?.mask).toMatchObject({ width: 768, height: 1024 })
    const inside = brightOf(384, 512, [[193, 129, 287, 383]]).data
    const around = brightOf(384, 512, [[191, 127, 289, 385]]).data
    const mask = resizeMaskInto(new Float32Array(384 * 512), proposal!.mask, { width: 384, height: 512 })
    const isSame = mask.every((value, i) => (inside[i] === 1 ? value === 1 : around[i] === 1 || value === 0))
    expect(isSame).toBe(true)
    await opened.release()
  }, 120_000)

  it('proposes nothing when it answers nothing', async () => {
    const opened = await openFast('nothing', 640, [])
    expect(await opened.networks.proposals.propose(picture(64, 48, [[8, 8, 40, 40]]), 'corrected')).toEqual([])
    await opened.release()
  }, 120_000)

  it('is refused when it is something else; it cannot be converted', async () => {
    const models = join(root, 'fast-refusals')
    await expect(installExport(fastManifest, [exported.model, exported.data], models)).rejects.toThrow(
      'there is no input images; there are pixel_values',
    )
    const graph = fastSamGraph(640, [])
    const renamed = (name: string): string => (name === 'output0' ? 'output1' : name === 'output1' ? 'output0' : name)
    const turned: Graph = {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, outputs: node.outputs.map(renamed) })),
      outputs: graph.outputs.map((port) => ({ ...port, name: renamed(port.name) })),
    }
    const { model } = await writeGraph(turned, 'turned', 'fastsam')
    await expect(installExport(fastManifest, [model], models)).rejects.toMatchObject({
      code: 'model.parameters_mismatch',
      message: expect.stringContaining('output0 is [1, 32, 160, 160], expected [1, 37, 8400]'),
    })
    await expect(convertCheckpoint(model, FAST, models)).rejects.toMatchObject({
      code: 'model.missing',
      message: expect.stringContaining('sextant models install models/fastsam-s.ultralytics.json'),
    })
    expect(await inspectModel(models, FAST)).toMatchObject({ state: 'missing' })
  })
})
