import type { ColorImage } from '@sextant/geometry'
import { floatsOf, tensor, type Session } from '@sextant/inference'
import { VIEW_SIZE } from '../networks/vision-transformer.ts'
import { mapCrop } from './crop-resize-pad.ts'

const MEAN = [0.485, 0.456, 0.406]
const DEVIATION = [0.229, 0.224, 0.225]
const PATCH = 14
const PATCHES = 256
const MIN_COVERAGE = 0.5
export const CROPS_AT_A_TIME = 8

/** What DINOv2 says of one crop. */
export interface CropDescriptor {
  /** [C] */
  readonly classToken: Float32Array
  /** [256, C] of unit length; zero where the patch is not on the object */
  readonly patches: Float32Array
}

/** A masked crop, ready for the network. */
export interface MaskedCrop {
  /** [3, 224, 224] */
  readonly planes: Float32Array
  /** [256] 0 or 1: the patch lies on the object */
  readonly valid: Uint8Array
}

/**
 * @param color         RGB
 * @param mask          [height, width] in [0, 1]
 * @param box           x1, y1, x2, y2 whole numbers; ends exclusive
 * @param isNormalized  by ImageNet's statistics before masking. The official demo leaves templates as they are, its
 *                      benchmark code normalises them.
 */
export function maskCrop(
  color: ColorImage,
  mask: ArrayLike<number>,
  box: ArrayLike<number>,
  isNormalized: boolean,
): MaskedCrop {
  const { rows, columns } = mapCrop(box)
  const size = VIEW_SIZE * VIEW_SIZE
  const planes = new Float32Array(3 * size)
  const shares = new Float32Array(size)
  for (let at = 0; at < size; at++) {
    const row = rows[Math.floor(at / VIEW_SIZE)]
    const column = columns[at % VIEW_SIZE]
    if (row < 0 || column < 0) continue
    const i = row * color.width + column
    if (mask[i] === 0) continue
    shares[at] = mask[i]
    for (let c = 0; c < 3; c++) {
      const value = Math.fround(color.data[3 * i + c] / 255)
      planes[c * size + at] = (isNormalized ? (value - MEAN[c]) / DEVIATION[c] : value) * mask[i]
    }
  }
  return { planes, valid: coveredPatches(shares) }
}

function coveredPatches(mask: Float32Array): Uint8Array {
  const side = VIEW_SIZE / PATCH
  const sums = new Float64Array(PATCHES)
  for (let v = 0; v < VIEW_SIZE; v++) {
    for (let u = 0; u < VIEW_SIZE; u++)
      sums[Math.floor(v / PATCH) * side + Math.floor(u / PATCH)] += mask[v * VIEW_SIZE + u]
  }
  return Uint8Array.from(sums, (sum) => (sum / (PATCH * PATCH) > MIN_COVERAGE ? 1 : 0))
}

/** Descriptors of crops, `batch` at a time. */
export async function describeCrops(
  session: Session,
  crops: readonly MaskedCrop[],
  batch = CROPS_AT_A_TIME,
): Promise<CropDescriptor[]> {
  const out: CropDescriptor[] = []
  for (let at = 0; at < crops.length; at += batch) {
    const group = crops.slice(at, at + batch)
    const image = new Float32Array(group.length * 3 * VIEW_SIZE * VIEW_SIZE)
    group.forEach(({ planes }, i) => image.set(planes, i * planes.length))
    const results = await session.run({ image: tensor(image, [group.length, 3, VIEW_SIZE, VIEW_SIZE]) })
    const classes = floatsOf(results['class_token'])
    const patches = floatsOf(results['patch_tokens'])
    const width = classes.length / group.length
    group.forEach(({ valid }, i) => {
      const own = patches.slice(i * PATCHES * width, (i + 1) * PATCHES * width)
      out.push({ classToken: classes.slice(i * width, (i + 1) * width), patches: unitPatches(own, valid, width) })
    })
  }
  return out
}

function unitPatches(patches: Float32Array, valid: Uint8Array, width: number): Float32Array {
  for (let p = 0; p < PATCHES; p++) {
    const row = patches.subarray(p * width, (p + 1) * width)
    if (valid[p] === 0) {
      row.fill(0)
      continue
    }
    let square = 0
    for (let c = 0; c < width; c++) square += row[c] * row[c]
    const scale = 1 / Math.max(Math.sqrt(square), 1e-12)
    for (let c = 0; c < width; c++) row[c] *= scale
  }
  return patches
}
