import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng } from '@sextant/geometry'
import { floatsOf, tensor, type Tensor } from '@sextant/inference'
import {
  adaptSamDecoder,
  adaptSamEncoder,
  exportManifestOf,
  inspectModel,
  installExport,
  openSegmentationNetworks,
  verifyModel,
  type InstalledManifest,
  type SamPorts,
} from '@sextant/models'
import {
  buildSamDecoder,
  buildSamEncoder,
  prepareSamImage,
  resizeMaskInto,
  samParameters,
  type Graph,
} from '@sextant/sam6d'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pseudoStateDict } from './pseudo-weights.ts'
import { asHuggingFace, DINO_NETWORK, picture, pseudoDino, repositoryPath, writeExport } from './public-exports.ts'
import { openGraph } from './run-network.ts'
import {
  asMetaDecoder,
  asPixelEncoder,
  asTransformersDecoder,
  asTransformersEncoder,
  brightDecoder,
  brightEncoder,
} from './sam-export-graphs.ts'

/** The official shapes outside, two narrow blocks inside. */
const weights = pseudoStateDict(samParameters({ width: 64, depth: 2, heads: 2, global: [1] }))
const encoder = buildSamEncoder(weights)
const decoder = buildSamDecoder(weights, 64)

const LAYOUTS = [
  {
    manifest: 'models/sam-vit-b.hugging-face.json',
    asEncoder: asTransformersEncoder,
    asDecoder: asTransformersDecoder,
  },
  { manifest: 'models/sam-vit-b.samexporter.json', asEncoder: asPixelEncoder, asDecoder: asMetaDecoder },
  { manifest: exportManifestOf('mobile-sam'), asEncoder: asPixelEncoder, asDecoder: asMetaDecoder },
] as const

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-sam-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function install(manifest: string, models: string, graphs: readonly Graph[]): Promise<InstalledManifest> {
  const written = await Promise.all(graphs.map((graph, i) => writeExport(graph, join(models, 'exports'), `part${i}`)))
  const files = [...written.map(({ model }) => model), ...written.map(({ data }) => data)]
  return installExport(repositoryPath(manifest), files, models)
}

/** Values of the masks of each point that are used: its last three. */
function used({ dims, data }: Tensor): Float32Array {
  const [points = 0, each = 0] = dims
  const size = data.length / points
  const skipped = size * (1 - 3 / each)
  const out = new Float32Array(points * (size - skipped))
  for (let i = 0; i < points; i++) {
    out.set(floatsOf({ dims, data }).subarray(i * size + skipped, (i + 1) * size), i * (size - skipped))
  }
  return out
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

describe.each(LAYOUTS)('an export of SAM, $manifest', ({ manifest, asEncoder, asDecoder }) => {
  it('is installed, verified, and answers as the converted network does', async () => {
    const models = await mkdtemp(join(root, 'real-'))
    const { network, exportPorts } = await install(manifest, models, [asEncoder(encoder), asDecoder(decoder)])
    expect((await verifyModel(models, network)).files.map(({ name }) => name)).toEqual([
      'encoder.onnx',
      'decoder.onnx',
      'part0.onnx_data',
      'part1.onnx_data',
    ])
    const rng = createRng(5)
    const color = { width: 80, height: 60, data: Uint8Array.from({ length: 3 * 80 * 60 }, () => rng.integer(256)) }
    const image = tensor(prepareSamImage(color).planes, [1, 3, 1024, 1024])
    const points = tensor(Float32Array.of(512, 384, 16.5, 700.25, 1000, 3), [3, 2])
    const ours = [await openGraph(encoder), await openGraph(decoder)] as const
    const features = await ours[0].run({ image })
    const expected = await ours[1].run({ ...features, points })
    const theirs = [await openGraph(asEncoder(encoder)), await openGraph(asDecoder(decoder))] as const
    const encoded = await adaptSamEncoder(theirs[0], exportPorts as SamPorts).run({ image })
    const answer = await adaptSamDecoder(theirs[1], exportPorts as SamPorts).run({ ...encoded, points })
    expect(largestDifference(floatsOf(encoded['features']), floatsOf(features['features']))).toBeLessThan(1e-4)
    for (const name of ['masks', 'scores']) {
      expect(largestDifference(used(answer[name]!), used(expected[name]!))).toBeLessThan(1e-4)
    }
    await Promise.all([...ours, ...theirs].map((session) => session.release()))
  }, 120_000)

  it('proposes what it answers to the points that lie on it', async () => {
    const models = await mkdtemp(join(root, 'bright-'))
    const { network } = await install(manifest, models, [asEncoder(brightEncoder()), asDecoder(brightDecoder())])
    const { model, data } = await writeExport(asHuggingFace(pseudoDino()), join(models, 'exports'), 'dino')
    await installExport(repositoryPath(`models/${DINO_NETWORK}.hugging-face.json`), [model, data], models)
    const opened = await openSegmentationNetworks(models, { proposals: network, descriptor: DINO_NETWORK }, {})
    // Whole cells of 16 of the square's pixels: 10 of the image.
    const [x1, y1, x2, y2] = [200, 120, 400, 320]
    const color = picture(640, 480, [[x1, y1, x2, y2]])
    const proposals = await opened.networks.proposals.propose(color, 'corrected')
    expect(proposals.map(({ box }) => box)).toEqual([[x1, y1, x2 - 1, y2 - 1]])
    const mask = resizeMaskInto(new Float32Array(640 * 480), proposals[0]!.mask, color)
    const area = mask.reduce((sum, value) => sum + value, 0)
    const inside = mask.reduce((sum, value, i) => sum + (color.data[3 * i] === 255 ? value : 0), 0)
    // Enlarging rounds the four corners.
    expect(inside).toBe(area)
    expect(area).toBeGreaterThan((x2 - x1) * (y2 - y1) - 4 * 16)
    await opened.release()
  }, 120_000)
})

describe('what is no export of SAM that can be used', () => {
  const manifest = exportManifestOf('mobile-sam')

  it.each([
    ['answers a single mask', () => asMetaDecoder(brightDecoder(), { isSingle: true }), 'low_res_masks is [1, 1, 256, 256], expected [1, 4, 256, 256]'], // prettier-ignore
    ['is of another layout', () => asTransformersDecoder(brightDecoder()), 'there is no input point_coords'],
  ])('a decoder that %s', async (_, build, reason) => {
    const models = await mkdtemp(join(root, 'refused-'))
    await expect(install(manifest, models, [asPixelEncoder(brightEncoder()), build()])).rejects.toMatchObject({
      code: 'model.parameters_mismatch',
      message: expect.stringContaining(reason),
    })
    expect(await inspectModel(models, 'mobile-sam')).toMatchObject({ state: 'missing' })
  })

  it('an encoder alone', async () => {
    const { model } = await writeExport(asPixelEncoder(brightEncoder()), join(root, 'alone'), 'encoder')
    await expect(installExport(repositoryPath(manifest), [model], join(root, 'alone'))).rejects.toMatchObject({
      code: 'model.unreadable',
      message: 'mobile-sam needs the ONNX file of its decoder.',
    })
  })

  it('any file of a pinned export that is not the same', async () => {
    const models = await mkdtemp(join(root, 'pinned-'))
    const graphs = [asPixelEncoder(brightEncoder()), asMetaDecoder(brightDecoder())]
    const { source, isOfficial } = await install(manifest, models, graphs)
    expect([source.fileName, isOfficial]).toEqual(['part0.onnx and part1.onnx', false])
    const pinned = join(models, 'pinned.json')
    const text: Record<string, unknown> = JSON.parse(await readFile(repositoryPath(manifest), 'utf8'))
    await writeFile(pinned, JSON.stringify({ ...text, sha256: source.sha256 }))
    const files = ['part0.onnx', 'part1.onnx', 'part0.onnx_data', 'part1.onnx_data']
    const paths = files.map((name) => join(models, 'exports', name))
    expect(await installExport(pinned, paths, models)).toMatchObject({ isOfficial: true, source })
    await writeFile(paths[3]!, 'other weights')
    await expect(installExport(pinned, paths, models)).rejects.toMatchObject({ code: 'model.checksum_mismatch' })
  })
})

describe('the manifests of models/', () => {
  it('all describe a network of the catalogue', async () => {
    const names = (await readdir(repositoryPath('models'))).filter((name) => name.endsWith('.json'))
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      // Read before the files are looked for.
      await expect(installExport(repositoryPath(`models/${name}`), [], root)).rejects.toThrow(
        `${name.split('.')[0]} needs the ONNX file of its`,
      )
    }
  })
})
