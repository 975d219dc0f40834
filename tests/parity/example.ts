import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ColorImage, PinholeCamera } from '@sextant/geometry'
import { decodeColor, decodeDepthRaw, decodeMask } from '@sextant/image'
import { viewTemplate, type PointView } from '@sextant/sam6d'
import { Golden, GOLDEN_ROOT, readNpy } from './golden.ts'

const FRAME = resolve(fileURLToPath(new URL('../../../shared/data/real/lmo_000002_000003', import.meta.url)))
export const hasExample = existsSync(FRAME)
export const EXAMPLE_CAMERA: PinholeCamera = {
  fx: 572.4114,
  fy: 573.57043,
  cx: 325.2611,
  cy: 242.04899,
  width: 640,
  height: 480,
}
const TEMPLATES = join(GOLDEN_ROOT, 'pem_example_data', 'templates')

/** The official example: the frame, its depth in metres, the mask of the can. */
export async function readExample(): Promise<{ color: ColorImage; depth: Float32Array; mask: Uint8Array }> {
  const color = await decodeColor(readFileSync(join(FRAME, 'rgb.png')))
  const raw = await decodeDepthRaw(readFileSync(join(FRAME, 'depth.png')), color)
  const depth = Float32Array.from(raw.counts, (value) => Math.fround(value / 1000))
  const mask = (await decodeMask(readFileSync(join(GOLDEN_ROOT, 'pem_example_data', 'can_mask.png')))).data
  return { color, depth, mask }
}

export function exampleModel(): Float32Array {
  return Float32Array.from(readNpy(readFileSync(join(GOLDEN_ROOT, 'pem_example_data', 'model_points_m.npy'))).data)
}

export interface ExampleTemplate {
  readonly color: ColorImage
  readonly mask: Uint8Array
  /** [height, width, 3] m */
  readonly xyz: Float32Array
}

export async function readExampleTemplates(): Promise<ExampleTemplate[]> {
  const xyz = readNpy(readFileSync(join(TEMPLATES, 'xyz_masked_f16.npy'))).data
  const templates: ExampleTemplate[] = []
  let at = 0
  for (let i = 0; i < 42; i++) {
    const color = await decodeColor(readFileSync(join(TEMPLATES, `rgb_${i}.png`)))
    const { data: mask } = await decodeMask(readFileSync(join(TEMPLATES, `mask_${i}.png`)))
    const full = new Float32Array(3 * mask.length)
    for (let p = 0; p < mask.length; p++) {
      if (mask[p] === 0) continue
      for (let axis = 0; axis < 3; axis++) full[3 * p + axis] = Math.fround((xyz[at++] ?? 0) / 1000)
    }
    templates.push({ color, mask, xyz: full })
  }
  return templates
}

/** Template views with the official draws. */
export async function viewExampleTemplates(): Promise<{ views: PointView[]; boxes: number[][] }> {
  const choices = new Golden('pem_prep').input('tem_choice_idx').data
  const prepared = (await readExampleTemplates()).map(({ color, mask, xyz }, i) =>
    viewTemplate(color, mask, xyz, () => choices.subarray(i * 5000, (i + 1) * 5000)),
  )
  return {
    views: prepared.map(({ view }) => view),
    boxes: prepared.map(({ box }) => [box.top, box.bottom, box.left, box.right]),
  }
}
