import { rotationOf, type ColorImage } from '@sextant/geometry'
import { floatsOf, tensor } from '@sextant/inference'
import {
  appearance,
  bestTemplate,
  boundsOf,
  buildDinoV2,
  buildSamDecoder,
  buildSamEncoder,
  combineScores,
  describeCrops,
  dropDuplicates,
  LogitEnlarger,
  mapCrop,
  maskBounds,
  maskCrop,
  meanPoint,
  normalizePlanes,
  outline,
  pointGrid,
  prepareSamImage,
  projectedIous,
  projectPoints,
  resizeAntialiased,
  resizeMaskInto,
  semanticScore,
  similarities,
  stabilityOf,
  suppressOverlaps,
  toSquare,
  type Corners,
  type MaskProposal,
} from '@sextant/sam6d'
import { templateFromObject, viewDirections } from '@sextant/templates'
import { EXAMPLE_CAMERA, readExample, readExampleTemplates } from './example.ts'
import { Golden } from './golden.ts'
import { weightsOf } from './pseudo-weights.ts'
import { EXACT, Report } from './report.ts'
import { openGraph } from './run-network.ts'

const FLOAT = 1e-6

function cornersOf(values: ArrayLike<number>): Corners[] {
  return Array.from({ length: values.length / 4 }, (_, i) => [
    values[4 * i]!,
    values[4 * i + 1]!,
    values[4 * i + 2]!,
    values[4 * i + 3]!,
  ])
}

export async function compareDino(name: string): Promise<Report> {
  const golden = new Golden(name)
  const report = new Report(name)
  const session = await openGraph(buildDinoV2(weightsOf(golden), true))
  // The reference input is PEM's normalised crop with its channel axis reversed.
  const planes = normalizePlanes(Uint8Array.from(golden.input('rgb_u8').data))
  const size = planes.length / 3
  const image = new Float32Array(planes.length)
  for (let c = 0; c < 3; c++) image.set(planes.subarray((2 - c) * size, (3 - c) * size), c * size)
  const out = await session.run({ image: tensor(image, [1, 3, 224, 224]) })
  for (const [stage, key] of [
    ['tokens', 'tokens'],
    ['after_block0', 'after_block0'],
    ['cls', 'class_token'],
    ['patch_tokens', 'patch_tokens'],
  ] as const) {
    report.compare(stage, golden.sliced(stage, floatsOf(out[key])), golden.output(stage).data, golden.tolerance(stage)!)
  }
  await session.release()
  return report
}

export async function compareSamResize(): Promise<Report> {
  const golden = new Golden('sam_resize')
  const report = new Report(golden.name)
  const { color } = await readExample()
  const large = resizeAntialiased(color.data, 480, 640, 768, 1024)
  report.compare('resized_shape', [768, 1024, 3], golden.output('resized_shape').data, EXACT)
  // The patch kept of the full image: its place is found by its first row.
  const patch = golden.output('resized_patch').data
  report.compare('resized_patch', findPatch(large, 768, 1024, patch, 64), patch, EXACT)
  const second = golden.input('image2')
  const small = resizeAntialiased(Uint8Array.from(second.data), 200, 121, 64, 39)
  report.compare('resized2_long64', small, golden.output('resized2_long64').data, EXACT)
  return report
}

function findPatch(image: Uint8Array, height: number, width: number, patch: Float64Array, side: number): number[] {
  const at = (v: number, u: number): number[] => {
    const values: number[] = []
    for (let y = 0; y < side; y++) for (let x = 0; x < 3 * side; x++) values.push(image[((v + y) * width + u) * 3 + x]!)
    return values
  }
  let best = at(0, 0)
  let least = Infinity
  for (let v = 0; v + side <= height; v++) {
    for (let u = 0; u + side <= width; u++) {
      let sum = 0
      for (let i = 0; i < 24 && sum < least; i++) sum += Math.abs(image[(v * width + u) * 3 + i]! - patch[i]!)
      if (sum < least) {
        least = sum
        best = at(v, u)
      }
    }
  }
  return best
}

export async function compareSam(name: string): Promise<Report> {
  const golden = new Golden(name)
  const report = new Report(name)
  const parameters = weightsOf(golden)
  const isSmall = name === 'sam_small'
  const size = isSmall ? 256 : 1024
  const side = size / 16
  const color: ColorImage = isSmall
    ? { width: 256, height: 192, data: Uint8Array.from(golden.input('image_u8').data) }
    : (await readExample()).color
  const image = prepareSamImage(color, size)
  const check = (stage: string, values: ArrayLike<number>, full?: readonly number[]): void => {
    const reference = golden.output(stage)
    report.compare(stage, golden.sliced(stage, values, full), reference.data, golden.tolerance(stage) ?? 3e-4)
  }
  if (isSmall)
    report.compare(
      'preprocessed',
      golden.sliced('preprocessed', image.planes),
      golden.output('preprocessed').data,
      FLOAT,
    )
  // A graph with stages as outputs is slower; the full-size models compare features and after.
  const encoder = await openGraph(buildSamEncoder(parameters, true))
  const encoded = await encoder.run({ image: tensor(image.planes, [1, 3, size, size]) })
  await encoder.release()
  check('after_patch_pos', floatsOf(encoded['after_patch_pos']))
  check('after_block0', floatsOf(encoded['after_block0']))
  check('features', floatsOf(encoded['features']))
  const decoder = await openGraph(buildSamDecoder(parameters, side, true))
  const points = golden.floats('points')
  const out = await decoder.run({ features: encoded['features']!, points: tensor(toSquare(points, image), [4, 2]) })
  await decoder.release()
  const places = floatsOf(out['dense_pe'])
  const planar = new Float32Array(places.length)
  for (let i = 0; i < side * side; i++) for (let c = 0; c < 256; c++) planar[c * side * side + i] = places[i * 256 + c]!
  check('dense_pe', planar)
  check('sparse', floatsOf(out['sparse']))
  check('low_res_logits_all4', floatsOf(out['masks']))
  check('iou_all4', floatsOf(out['scores']))
  const enlarger = new LogitEnlarger(image, size / 4)
  const pixels = color.width * color.height
  const logits = new Float32Array(12 * pixels)
  const masks = floatsOf(out['masks'])
  const area = masks.length / 16
  for (let i = 0, at = 0; i < 16; i++) {
    if (i % 4 === 0) continue
    enlarger.enlargeInto(logits.subarray(at * pixels, (at + 1) * pixels), masks.subarray(i * area, (i + 1) * area))
    at++
  }
  check('mask_logits_original_size', logits)
  return report
}

export function compareMaskSelection(): Report {
  const golden = new Golden('sam_amg_post')
  const report = new Report(golden.name)
  const [width, height] = [80, 60]
  report.compare('point_grid', pointGrid(4, width, height), golden.output('point_grid').data, FLOAT)
  const logits = golden.floats('logits')
  const scores = golden.floats('iou')
  const size = width * height
  const all = Array.from(scores, (score, i): MaskProposal => {
    const one = logits.subarray(i * size, (i + 1) * size)
    return { ...outline(one, width), score, stability: stabilityOf(one, 1), point: Math.floor(i / 3) }
  })
  const finite = (values: readonly number[]): number[] => values.map((value) => (Number.isFinite(value) ? value : -1))
  report.compare(
    'stability_all',
    finite(all.map((one) => one.stability)),
    finite([...golden.output('stability_all').data]),
    FLOAT,
  )
  report.compare(
    'boxes_all',
    all.flatMap((one) => [...one.box]),
    golden.output('boxes_all').data,
    EXACT,
  )
  const kept = dropDuplicates(
    all.filter((one) => one.score > 0.88 && one.stability >= 0.85),
    0.7,
  )
  const grid = golden.output('point_grid').data
  report.compare(
    'kept_boxes_xywh',
    kept.flatMap(({ box }) => [box[0], box[1], box[2] - box[0], box[3] - box[1]]),
    golden.output('kept_boxes_xywh').data,
    EXACT,
  )
  report.compare(
    'kept_iou',
    kept.map((one) => one.score),
    golden.output('kept_iou').data,
    FLOAT,
  )
  report.compare(
    'kept_stability',
    kept.map((one) => one.stability),
    golden.output('kept_stability').data,
    FLOAT,
  )
  report.compare(
    'kept_area',
    kept.map((one) => one.area),
    golden.output('kept_area').data,
    EXACT,
  )
  report.compare(
    'kept_points',
    kept.flatMap(({ point }) => [grid[2 * point]!, grid[2 * point + 1]!]),
    golden.output('kept_points').data,
    FLOAT,
  )
  const boxes = kept.flatMap(({ box }) =>
    box.map((value, i) => Math.min(Math.max(Math.fround(value * 1.5), 0), i % 2 === 0 ? 119 : 89)),
  )
  report.compare('custom_boxes', boxes, golden.output('custom_boxes').data, 1e-4)
  report.compare('custom_boxes_long', boxes.map(Math.trunc), golden.output('custom_boxes_long').data, EXACT)
  const out = { width: 120, height: 90 }
  const masks = kept
    .filter((_, i) => i % 3 === 0)
    .flatMap(({ mask }) => [...resizeMaskInto(new Float32Array(120 * 90), { width, height, data: mask }, out)])
  report.compare(
    'custom_masks',
    masks.map((value) => value * 256),
    golden.output('custom_masks').data,
    0.51,
  )
  return report
}

export function compareCropMap(): Report {
  const golden = new Golden('ism_crop_resize_pad')
  const report = new Report(golden.name)
  const maps = cornersOf(golden.input('boxes').data).map((box) => mapCrop(box))
  report.compare(
    'row_map',
    maps.flatMap(({ rows }) => [...rows]),
    golden.output('row_map').data,
    EXACT,
  )
  report.compare(
    'col_map',
    maps.flatMap(({ columns }) => [...columns]),
    golden.output('col_map').data,
    EXACT,
  )
  return report
}

export async function compareDescriptors(): Promise<Report> {
  const golden = new Golden('ism_descriptors')
  const report = new Report(golden.name)
  const parameters = weightsOf(golden.meta.weights.params === undefined ? new Golden('dinov2_vits14') : golden)
  const session = await openGraph(buildDinoV2(parameters))
  const { color, mask } = await readExample()
  const shape = (inside: (u: number, v: number) => boolean): Uint8Array =>
    Uint8Array.from({ length: 640 * 480 }, (_, i) => (inside(i % 640, Math.floor(i / 640)) ? 1 : 0))
  const masks = [
    mask,
    shape((u, v) => v >= 230 && v < 300 && u >= 250 && u < 330),
    shape((u, v) => (u - 250) ** 2 / 2500 + (v - 70) ** 2 / 1600 < 1 && v >= 30 && v < 110 && u >= 200 && u < 300),
  ]
  const boxes = cornersOf(golden.input('boxes').data)
  const compareAll = async (kind: 'query' | 'template', crops: ReturnType<typeof maskCrop>[]): Promise<void> => {
    const descriptors = await describeCrops(session, crops)
    const processed = `${kind}_rgb_processed`
    const pixels = crops.flatMap(({ planes }) => [...planes])
    report.compare(processed, golden.sliced(processed, pixels, [3, 3, 224, 224]), golden.output(processed).data, FLOAT)
    const valid = crops.flatMap((crop) => [...crop.valid])
    report.compare(`${kind}_valid_patches`, valid, golden.output(`${kind}_valid_patches`).data, EXACT)
    const classes = descriptors.flatMap(({ classToken }) => [...classToken])
    report.compare(`${kind}_cls`, classes, golden.output(`${kind}_cls`).data, 1e-4)
    const patches = descriptors.flatMap((one) => [...one.patches])
    const stage = `${kind}_patch`
    report.compare(stage, golden.sliced(stage, patches, [3, 256, 384]), golden.output(stage).data, 1e-5)
  }
  await compareAll(
    'query',
    masks.map((one, i) => maskCrop(color, one, boxes[i]!, true)),
  )
  const templates = await readExampleTemplates()
  const views = [0, 20, 41].map((i) => {
    const { color: rgb, mask: outlineMask } = templates[i]!
    const bounds = maskBounds(outlineMask, rgb.height, rgb.width)!
    return { rgb, outlineMask, box: [bounds.left, bounds.top, bounds.right, bounds.bottom] }
  })
  report.compare(
    'template_boxes_getbbox',
    views.flatMap(({ box }) => box),
    golden.output('template_boxes_getbbox').data,
    EXACT,
  )
  await compareAll(
    'template',
    views.map(({ rgb, outlineMask, box }) => maskCrop(rgb, outlineMask, box, false)),
  )
  await session.release()
  return report
}

export async function compareScores(): Promise<Report> {
  const golden = new Golden('ism_scores')
  const report = new Report(golden.name)
  const rows = (name: string, width: number): Float32Array[] => {
    const values = golden.floats(name)
    return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width))
  }
  const rotations = viewDirections().map((direction) => rotationOf(templateFromObject(direction, 1)))
  report.compare('template_rotations', rotations.flat(), golden.output('template_rotations').data, 2e-6)
  const references = rows('ref_cls', 48)
  const all = rows('query_cls', 48).map((query) => similarities(query, references))
  report.compare(
    'similarity',
    all.flatMap((one) => [...one]),
    golden.output('similarity').data,
    FLOAT,
  )
  const selected = all.map((_, i) => i).filter((i) => semanticScore(all[i]!) > 0.2)
  report.compare('selected', selected, golden.output('selected').data, EXACT)
  const semantic = selected.map((i) => semanticScore(all[i]!))
  report.compare('semantic', semantic, golden.output('semantic').data, FLOAT)
  const best = selected.map((i) => bestTemplate(all[i]!))
  report.compare('best_template', best, golden.output('best_template').data, EXACT)
  const queries = rows('query_patch', 16 * 48)
  const templates = rows('ref_patch', 16 * 48)
  const looks = selected.map((i, s) => appearance(queries[i]!, templates[best[s]!]!, 48))
  report.compare(
    'appearance',
    looks.map(({ score }) => score),
    golden.output('appearance').data,
    FLOAT,
  )
  report.compare(
    'visible_ratio',
    looks.map(({ visible }) => visible),
    golden.output('visible_ratio').data,
    FLOAT,
  )
  const { depth, mask } = await readExample()
  const boxes = cornersOf(golden.input('boxes').data)
  const inside = (i: number): Uint8Array => {
    const [x1, y1, x2, y2] = boxes[i]!
    if (i === 0) return mask
    return Uint8Array.from({ length: 640 * 480 }, (_, p) => {
      const [u, v] = [p % 640, Math.floor(p / 640)]
      return u >= x1 && u <= x2 && v >= y1 && v <= y2 ? 1 : 0
    })
  }
  const translations = selected.map((i) => meanPoint(depth, inside(i), EXAMPLE_CAMERA))
  report.compare(
    'translation',
    translations.flatMap((t) => [...t]),
    golden.output('translation').data,
    FLOAT,
  )
  const cloud = golden.floats('pointcloud')
  const given = golden.output('translation').data
  const projections = selected.map((_, s) =>
    projectPoints(cloud, rotations[best[s]!]!, given.subarray(3 * s, 3 * s + 3), EXAMPLE_CAMERA),
  )
  const positions = projections.flatMap((one) => [...one].filter((_, i) => Math.floor(i / 2) % 16 === 0))
  report.compare('image_uv', positions, golden.output('image_uv').data, EXACT)
  const projected = projections.map(boundsOf)
  report.compare('projected_boxes', projected.flat(), golden.output('projected_boxes').data, EXACT)
  const own = selected.map((i) => boxes[i]!)
  const together = projectedIous(own, projected, true)
  const single = projectedIous(own, projected, false)
  report.compare('iou_batch', together, golden.output('iou_batch').data, FLOAT)
  report.compare('iou_single', single, golden.output('iou_single').data, FLOAT)
  const combine = (ious: readonly number[]): number[] =>
    ious.map((iou, s) => combineScores(semantic[s]!, looks[s]!.score, iou, looks[s]!.visible))
  report.compare('final_batch', combine(together), golden.output('final_batch').data, FLOAT)
  report.compare('final_single', combine(single), golden.output('final_single').data, FLOAT)
  const [a, b, c] = ['iou_case_a', 'iou_case_b', 'iou_case_c'].map((name) => cornersOf(golden.input(name).data))
  report.compare('iou_a_b', projectedIous(a!, b!, true), golden.output('iou_a_b').data, FLOAT)
  report.compare('iou_a_c', projectedIous(a!, c!, true), golden.output('iou_a_c').data, FLOAT)
  report.compare('nms_keep', suppressPerObject(golden), golden.output('nms_keep').data, EXACT)
  const isLarge = selected.length > 0 ? smallFilter(boxes, inside) : []
  report.compare('small_filter_keep', isLarge, golden.output('small_filter_keep').data, EXACT)
  return report
}

function suppressPerObject(golden: Golden): number[] {
  const boxes = cornersOf(golden.input('nms_boxes_long').data)
  const scores = golden.floats('nms_scores')
  const ids = golden.input('nms_object_ids').data
  return [...new Set(ids)]
    .sort((x, y) => x - y)
    .flatMap((id) => {
      const own = boxes.map((_, i) => i).filter((i) => ids[i] === id)
      return suppressOverlaps(
        own.map((i) => boxes[i]!),
        own.map((i) => scores[i]!),
        0.25,
      ).map((k) => own[k]!)
    })
}

function smallFilter(boxes: readonly Corners[], inside: (i: number) => Uint8Array): number[] {
  const pixels = 640 * 480
  return boxes
    .map((_, i) => i)
    .filter((i) => {
      const [x1, y1, x2, y2] = boxes[i]!
      const area = inside(i).reduce((sum, value) => sum + value, 0)
      return ((x2 - x1) * (y2 - y1)) / pixels > 0.11 ** 2 && area / pixels > 0.03
    })
}
