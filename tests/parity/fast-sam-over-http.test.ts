import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DetectionsResponseV2 } from '@sextant/contracts'
import { decodeRle, encodeColorPng, encodeDepthPng, encodeGrayPng } from '@sextant/image'
import { exportManifestOf, installExport } from '@sextant/models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../apps/ism-server/src/app.ts'
import { compose, type Dependencies } from '../../apps/ism-server/src/compose.ts'
import { readConfig } from '../../apps/ism-server/src/config.ts'
import { fastSamGraph } from './fast-sam-graph.ts'
import { asHuggingFace, DINO_NETWORK, picture, pseudoDino, repositoryPath, writeExport } from './public-exports.ts'

const SIZE = { width: 1280, height: 720 }
/** What is bright in the frame, px. [x1, y1, x2, y2], ends exclusive */
const RECTANGLE = [400, 240, 720, 400] as const
/** Half as large in the network's square, with 140 rows of grey above. */
const CORNERS = [200, 260, 360, 340] as const
const VIEWS = 42

let root: string
let deps: Dependencies
let app: Awaited<ReturnType<typeof buildApp>>
let base: string

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sextant-fastsam-'))
  const staticRoot = join(root, 'static')
  await installNetworks(join(staticRoot, 'models'))
  await mkdir(join(staticRoot, 'meshes/example'), { recursive: true })
  await cp(repositoryPath('examples/meshes/example/box.ply'), join(staticRoot, 'meshes/example/box.ply'))
  await writeViews(join(staticRoot, 'templates/example/box'))
  const config = readConfig({
    SEXTANT_STATIC_DIR: staticRoot,
    ISM_ENGINE: 'sam6d',
    ISM_PROPOSALS: 'fastsam-s',
    ISM_DESCRIPTOR: DINO_NETWORK,
    LOG_LEVEL: 'silent',
    LOG_TO_FILE: 'false',
  })
  deps = compose(config)
  app = await buildApp(config, deps)
  base = await app.listen({ host: '127.0.0.1', port: 0 })
}, 120_000)
afterAll(async () => {
  await app.close()
  await rm(root, { recursive: true, force: true })
})

async function installNetworks(models: string): Promise<void> {
  const boxes = [
    { corners: CORNERS, score: 0.9 },
    // Nothing is bright there.
    { corners: [420, 400, 500, 460], score: 0.8 },
  ] as const
  const detector = await writeExport(fastSamGraph(640, boxes), join(root, 'exports'), 'FastSAM-s')
  await installExport(repositoryPath(exportManifestOf('fastsam-s')), [detector.model], models)
  const { model, data } = await writeExport(asHuggingFace(pseudoDino()), join(root, 'exports'), 'dino')
  await installExport(repositoryPath(`models/${DINO_NETWORK}.hugging-face.json`), [model, data], models)
}

/** Views of a bright rectangle, which is wider in each. */
async function writeViews(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (let i = 0; i < VIEWS; i++) {
    const color = picture(160, 120, [[20, 40, 60 + 2 * i, 80]])
    const mask = Uint8Array.from({ length: 160 * 120 }, (_, p) => color.data[3 * p] ?? 0)
    await writeFile(join(folder, `rgb_${i}.png`), await encodeColorPng(color))
    await writeFile(join(folder, `mask_${i}.png`), await encodeGrayPng(mask, 160, 120))
  }
}

async function detect(): Promise<DetectionsResponseV2> {
  const { width, height } = SIZE
  const form = new FormData()
  const camera = { fx: 1200, fy: 1200, cx: 640, cy: 360, ...SIZE }
  const request = { className: 'example', objectName: 'box', camera, millimetersPerCount: 1, limit: 10 }
  form.set('request', JSON.stringify(request))
  form.set('color', new Blob([await encodeColorPng(picture(width, height, [RECTANGLE]))]), 'rgb.png')
  const depth = new Uint16Array(width * height).fill(700)
  form.set('depth', new Blob([await encodeDepthPng(depth, width, height)]), 'depth.png')
  const response = await fetch(`${base}/api/v2/detections`, { method: 'POST', body: form })
  expect(response.status).toBe(200)
  return (await response.json()) as DetectionsResponseV2
}

describe('ISM_PROPOSALS=fastsam-s', () => {
  it('answers over HTTP with the mask of the frame, not of the square', async () => {
    await deps.network?.load()
    const { engine, detections } = await detect()
    expect(engine).toBe('sam6d')
    expect(detections).toHaveLength(1)
    const [{ mask, box, source, score }] = detections as [DetectionsResponseV2['detections'][number]]
    // A mask of half the size is soft for one pixel around what it shows.
    const [x1, y1, x2, y2] = RECTANGLE
    expect([source, box]).toEqual(['network', { x0: x1 - 1, y0: y1 - 1, x1: x2 + 1, y1: y2 + 1 }])
    expect(score).toBeGreaterThan(0)
    const { width, height, data } = decodeRle(mask)
    expect({ width, height }).toEqual(SIZE)
    const area = data.reduce((sum, value) => sum + value, 0)
    const grown = (x2 - x1 + 2) * (y2 - y1 + 2)
    // Four corners are rounded off.
    expect(area).toBeGreaterThan(grown - 4 * 9)
    expect(area).toBeLessThan(grown)
  }, 120_000)

  it('says the same again, from the proposals it kept', async () => {
    const first = await detect()
    const again = await detect()
    expect(again.detections).toEqual(first.detections)
    expect(again.timings).not.toHaveProperty('proposals')
  }, 60_000)

  it('is loaded, and says of what', async () => {
    const status = (await app.inject('/api/v2/status')).json()
    expect(status).toMatchObject({ engine: 'sam6d', modelLoaded: true, networks: { problem: null } })
  })
})
