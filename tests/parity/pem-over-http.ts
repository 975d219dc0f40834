import { createWriteStream } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { encodeColorPng, encodeGrayPng, encodeNpyFloat16 } from '@sextant/image'
import { convertCheckpoint } from '@sextant/models'
import { writeCheckpoint } from '@sextant/sam6d'
import { buildApp } from '../../apps/pem-server/src/app.ts'
import { compose } from '../../apps/pem-server/src/compose.ts'
import { readConfig } from '../../apps/pem-server/src/config.ts'
import { exampleModel, readExampleTemplates } from './example.ts'
import { Golden, GOLDEN_ROOT } from './golden.ts'
import { pseudoValues } from './pseudo-weights.ts'
import { Report } from './report.ts'

const FRAME = resolve(fileURLToPath(new URL('../../../shared/data/real/lmo_000002_000003', import.meta.url)))

/**
 * The whole way a user goes: a .pth file, converted, loaded by the PEM server, one frame posted; compared with the pose of
 * the official code for the same draws.
 */
export async function compareOverHttp(): Promise<Report> {
  const golden = new Golden('pem_e2e')
  const report = new Report('pem_e2e over HTTP')
  const root = await mkdtemp(join(tmpdir(), 'sextant-pem-'))
  try {
    const checkpoint = join(root, 'sam-6d-pem-base.pth')
    await writePseudoCheckpoint(checkpoint, golden)
    const staticRoot = join(root, 'static')
    await convertCheckpoint(checkpoint, 'pem', join(staticRoot, 'models'))
    await rm(checkpoint)
    await mkdir(join(staticRoot, 'meshes/lmo'), { recursive: true })
    await cp(join(FRAME, 'models/obj_000005.ply'), join(staticRoot, 'meshes/lmo/can.ply'))
    await writeTemplates(join(staticRoot, 'templates/lmo/can'))
    const environment = { SEXTANT_STATIC_DIR: staticRoot, PEM_ENGINE: 'sam6d', PEM_SAM6D_MODE: 'parity' }
    const config = readConfig({ ...environment, PEM_ALLOW_REPLAY: 'true', LOG_LEVEL: 'silent', LOG_TO_FILE: 'false' })
    const app = await buildApp(config, compose(config))
    try {
      await app.inject({ method: 'POST', url: '/api/v1/model/load' })
      const payload = await requestBody(golden)
      const response = await app.inject({ method: 'POST', url: '/api/v1/pose-estimation', payload })
      const body = response.json<{
        pred_rot: number[][][]
        pred_trans: number[][]
        pose_scores: number[]
        error_message: string
      }>()
      if (body.pred_rot.length !== 1) throw new Error(`no pose over HTTP: ${body.error_message}`)
      report.compare('R', body.pred_rot.flat(2), golden.output('pred_R').data, 1e-4)
      const millimetres = golden.output('pred_t').data.map((value) => value * 1000)
      report.compare('t (mm)', body.pred_trans.flat(), millimetres, 0.01)
      const score = (golden.output('pred_pose_score').data[0] ?? 0) * 0.625
      report.compare('score', body.pose_scores, [score], 1e-3)
    } finally {
      await app.close()
    }
  } finally {
    await rm(root, { recursive: true, force: true })
  }
  return report
}

async function writePseudoCheckpoint(path: string, golden: Golden): Promise<void> {
  const tensors = (golden.meta.weights.params ?? []).map(
    ([name, shape]) => [name, shape, () => pseudoValues(name, shape)] as const,
  )
  const out = createWriteStream(path)
  for await (const part of writeCheckpoint(tensors, 'model')) if (!out.write(part)) await once(out, 'drain')
  out.end()
  await once(out, 'close')
}

/** The reference's own templates, as files of the contract. */
async function writeTemplates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [i, { color, mask, xyz }] of (await readExampleTemplates()).entries()) {
    const { width, height } = color
    await writeFile(join(folder, `rgb_${i}.png`), await encodeColorPng(color))
    const white = mask.map((value) => (value === 0 ? 0 : 255))
    await writeFile(join(folder, `mask_${i}.png`), await encodeGrayPng(white, width, height))
    const millimetres = xyz.map((value, p) => (mask[Math.floor(p / 3)] === 0 ? -1 : value * 1000))
    await writeFile(join(folder, `xyz_${i}.npy`), encodeNpyFloat16(millimetres, [height, width, 3]))
  }
}

async function requestBody(golden: Golden): Promise<Record<string, unknown>> {
  const preparation = new Golden('pem_prep')
  const text = (array: ArrayBufferView): string =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64')
  const draws = Float32Array.from(golden.input('rand_raw').data, (u) => Math.fround((u + 1) / 2))
  const detections: unknown = JSON.parse(
    await readFile(join(GOLDEN_ROOT, 'pem_example_data/detection_ism.json'), 'utf8'),
  )
  return {
    rgb_image: (await readFile(join(FRAME, 'rgb.png'))).toString('base64'),
    depth_image: (await readFile(join(FRAME, 'depth.png'))).toString('base64'),
    cam_params: { cam_K: [572.4114, 0, 325.2611, 0, 573.57043, 242.04899, 0, 0, 1], depth_scale: 1 },
    cad_path: 'static/meshes/lmo/can.ply',
    template_dir: 'static/templates/lmo/can',
    seg_data: detections,
    replay: {
      observed: text(Int32Array.from(preparation.input('obs_choice_idx').data)),
      templates: text(Int32Array.from(preparation.input('tem_choice_idx').data)),
      hypotheses: text(draws),
      model: text(exampleModel()),
    },
  }
}
