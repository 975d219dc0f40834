// The networks of SAM-6D's pose estimation and what is done before them, each stage by itself.
import { floatsOf, tensor, type Tensor } from '@sextant/inference'
import {
  buildGeometricEmbedding,
  buildPemFeatures,
  buildPositionEncoding,
  computeGeometricIndices,
  cropView,
  gatherFeatures,
  geometricTransformer,
  GraphBuilder,
  groupNeighbors,
  linearAttention,
  linearTransformerLayer,
  maskBounds,
  normalizePlanes,
  planCells,
  queryBall,
  sampleFarthestPoints,
  sparseToDense,
  squareBox,
  transformerLayer,
  viewDetection,
} from '@sextant/sam6d'
import { EXAMPLE_CAMERA, exampleModel, readExample, readExampleTemplates, viewExampleTemplates } from './example.ts'
import { Golden } from './golden.ts'
import { weightsOf } from './pseudo-weights.ts'
import { EXACT, Report } from './report.ts'
import { openGraph } from './run-network.ts'

export function comparePointOps(): Report {
  const golden = new Golden('pointnet2_ops')
  const report = new Report(golden.name)
  const xyz = golden.floats('xyz')
  const query = golden.floats('query')
  const grid = golden.floats('grid')
  const halves = (values: Float32Array): Float32Array[] => [
    values.subarray(0, values.length / 2),
    values.subarray(values.length / 2),
  ]
  const join = (parts: Int32Array[]): number[] => parts.flatMap((part) => [...part])
  report.compare(
    'fps_128',
    join(halves(xyz).map((x) => sampleFarthestPoints(x, 128))),
    golden.output('fps_128').data,
    EXACT,
  )
  report.compare('fps_grid_200', sampleFarthestPoints(grid, 200), golden.output('fps_grid_200').data, EXACT)
  for (const [name, radius, samples] of [
    ['ball_r0.3_ns16', 0.3, 16],
    ['ball_r0.15_ns4', 0.15, 4],
  ] as const) {
    const found = halves(xyz).map((x, b) => queryBall(x, halves(query)[b]!, radius, samples))
    report.compare(name, join(found), golden.output(name).data, EXACT)
  }
  report.compare(
    'ball_grid_r0.25_ns8',
    queryBall(grid, grid.subarray(0, 150), 0.25, 8),
    golden.output('ball_grid_r0.25_ns8').data,
    EXACT,
  )
  return report
}

export async function comparePreparation(): Promise<Report> {
  const golden = new Golden('pem_prep')
  const report = new Report(golden.name)
  const { color, depth, mask } = await readExample()
  const model = exampleModel()
  const radius = Math.max(
    ...Array.from({ length: model.length / 3 }, (_, i) =>
      Math.hypot(model[3 * i]!, model[3 * i + 1]!, model[3 * i + 2]!),
    ),
  )
  const choice = golden.input('obs_choice_idx').data
  const observed = viewDetection(color, depth, EXAMPLE_CAMERA, mask, radius, () => choice)
  if (!('view' in observed)) throw new Error(observed.refusal)
  const { view, box } = observed
  report.compare('obs_bbox', [box.top, box.bottom, box.left, box.right], golden.output('obs_bbox').data, EXACT)
  report.compare('obs_rgb_u8', view.planes, golden.output('obs_rgb_u8').data, EXACT)
  const corner = takeCorner(normalizePlanes(view.planes))
  report.compare('obs_rgb_norm_corner', corner, golden.output('obs_rgb_norm_corner').data, 1e-6)
  report.compare('obs_pts', view.points, golden.output('obs_pts').data, 1e-7)
  report.compare('obs_rgb_choose', view.pixels, golden.output('obs_rgb_choose').data, EXACT)
  const templates = await readExampleTemplates()
  const { views, boxes } = await viewExampleTemplates()
  report.compare('tem_bbox', boxes.flat(), golden.output('tem_bbox').data, EXACT)
  for (const i of [0, 7, 41]) {
    const { color: rgb, mask: shape } = templates[i]!
    const frame = squareBox(maskBounds(shape, rgb.height, rgb.width)!, rgb.height, rgb.width)
    report.compare(`tem${i}_rgb_u8`, cropView(rgb, shape, frame), golden.output(`tem${i}_rgb_u8`).data, EXACT)
  }
  report.compare(
    'tem_choose',
    views.flatMap(({ pixels }) => [...pixels].filter((_, i) => i % 25 === 0)),
    golden.output('tem_choose').data,
    EXACT,
  )
  const points = views.flatMap((one) => [...one.points].filter((_, i) => Math.floor(i / 3) % 25 === 0))
  report.compare('tem_pts', points, golden.output('tem_pts').data, 1e-8)
  const cases = golden.output('get_bbox_cases').data
  const found: number[] = []
  for (let i = 0; i < cases.length; i += 10) {
    const [height, width, top, bottom, left, right] = cases.subarray(i, i + 6)
    const square = squareBox({ top: top!, bottom: bottom!, left: left!, right: right! }, height!, width!)
    found.push(...cases.subarray(i, i + 6), square.top, square.bottom, square.left, square.right)
  }
  report.compare('get_bbox_cases', found, cases, EXACT)
  return report
}

/** Eight by eight pixels in the middle of the view. */
function takeCorner(planes: Float32Array): number[] {
  const out: number[] = []
  for (let c = 0; c < 3; c++)
    for (let v = 100; v < 108; v++) for (let u = 100; u < 108; u++) out.push(planes[(c * 224 + v) * 224 + u]!)
  return out
}

export async function compareFeatures(): Promise<Report> {
  const golden = new Golden('pem_vit')
  const report = new Report(golden.name)
  const session = await openGraph(buildPemFeatures(weightsOf(golden), true))
  const image = tensor(normalizePlanes(Uint8Array.from(golden.input('rgb_u8').data)), [1, 3, 224, 224])
  const ask = (cells: BigInt64Array): ReturnType<typeof session.run> =>
    session.run({ image, cells: tensor(cells, [16, cells.length / 16]) })
  const check = (name: string, values: Float32Array): void =>
    report.compare(name, golden.sliced(name, values), golden.output(name).data, golden.tolerance(name)!)
  const whole = planCells([Int32Array.from({ length: 224 * 224 }, (_, i) => i)])
  const out = await ask(whole.cells)
  for (const name of golden.meta.outputs.map((entry) => entry.name).filter((name) => name in out)) {
    check(name, floatsOf(out[name]))
  }
  check('upscale_linear', byPatch(floatsOf(out['features']), whole.cells))
  const all = gatherFeatures(floatsOf(out['features']), whole)
  const planar = new Float32Array(all.length)
  for (let p = 0; p < 224 * 224; p++) for (let c = 0; c < 256; c++) planar[c * 224 * 224 + p] = all[p * 256 + c]!
  check('feature_map_224', planar)
  const chosen = planCells([golden.input('rgb_choose').data])
  check('point_feats', gatherFeatures(floatsOf((await ask(chosen.cells))['features']), chosen))
  await session.release()
  return report
}

/** [16, 196, 256] of the patches in `cells` → [196, 16 · 256] */
function byPatch(features: Float32Array, cells: BigInt64Array): Float32Array {
  const out = new Float32Array(features.length)
  cells.forEach((patch, i) => {
    const place = Math.floor(i / 196)
    out.set(features.subarray(256 * i, 256 * (i + 1)), Number(patch) * 4096 + place * 256)
  })
  return out
}

export async function compareEmbedding(): Promise<Report> {
  const golden = new Golden('pem_geo_embedding')
  const report = new Report(golden.name)
  const points = golden.floats('points')
  const { distances, angles, neighbors } = computeGeometricIndices(points)
  const offDiagonal = (i: number): boolean => Math.floor(i / 25) !== i % 25
  report.compare('d_indices', distances, golden.output('d_indices').data, 4e-2)
  const inner = (i: number): boolean => offDiagonal(i) && i >= 25 && i % 25 !== 0
  report.compare('d_indices off diagonal', distances, golden.output('d_indices').data, 2e-5, { where: inner })
  const expected = [...golden.output('knn_incl_self').data].filter((_, i) => i % 4 !== 0)
  report.compare('knn', neighbors, expected, EXACT)
  report.compare('a_indices', angles, golden.output('a_indices').data, golden.tolerance('a_indices')!)
  const session = await openGraph(buildGeometricEmbedding(weightsOf(golden)))
  const { embedding } = await session.run({
    distances: tensor(distances, [1, 25, 25]),
    angles: tensor(angles, [1, 25, 25, 3]),
  })
  const found = golden.sliced('embedding', floatsOf(embedding))
  const reference = golden.output('embedding').data
  report.compare('embedding', found, reference, golden.tolerance('embedding')!)
  const isInner = (i: number): boolean => {
    const [row, column] = [Math.floor(i / (13 * 256)), 2 * (Math.floor(i / 256) % 13)]
    return row !== column && row > 0 && column > 0
  }
  report.compare('embedding off diagonal', found, reference, 1e-3, { where: isInner })
  await session.release()
  return report
}

export async function compareBlocks(): Promise<Report> {
  const golden = new Golden('pem_blocks')
  const report = new Report(golden.name)
  const parameters = weightsOf(golden)
  const graph = new GraphBuilder('blocks')
  const input = (name: string): string =>
    name.startsWith('fps')
      ? graph.input(name, golden.input(name).shape, 'int64')
      : graph.input(name, golden.input(name).shape)
  const x = input('x')
  const y = input('y')
  const [ex, ey] = [input('embed_x'), input('embed_y')]
  const [dx, dy] = [input('dense_x'), input('dense_y')]
  const sparse = [input('fps_idx_x'), input('fps_idx_y')] as const
  const coarse = { graph, parameters, prefix: 'coarse_point_matching.transformers.0.' }
  const fine = { graph, parameters, prefix: 'fine_point_matching.transformers.0.' }
  const dense = { ...fine, prefix: `${fine.prefix}dense_layer.` }
  const out = (name: string, value: string): void => graph.output(name, value, golden.output(name).shape)
  out('self_out', transformerLayer({ ...coarse, prefix: `${coarse.prefix}layers.0.` }, x, x, ex))
  out('cross_out', transformerLayer({ ...coarse, prefix: `${coarse.prefix}layers.1.` }, x, y))
  const [gx, gy] = geometricTransformer(coarse, [x, y], [ex, ey])
  out('geotransformer_x', gx)
  out('geotransformer_y', gy)
  const rows = graph.slice(dx, 1, 0)
  out('linear_attention_raw', linearAttention({ ...dense, prefix: `${dense.prefix}attention.attention.` }, rows, y))
  out('linear_layer_out', linearTransformerLayer(dense, rows, y))
  const [sx, sy] = sparseToDense(fine, [dx, dy], [ex, ey], sparse)
  out('sparse_to_dense_x', sx)
  out('sparse_to_dense_y', sy)
  const session = await openGraph(graph.build())
  const feeds: Record<string, Tensor> = {}
  for (const { name, shape } of golden.meta.inputs) {
    const { data } = golden.input(name)
    feeds[name] = tensor(name.startsWith('fps') ? BigInt64Array.from(data, BigInt) : Float32Array.from(data), shape)
  }
  const results = await session.run(feeds)
  for (const [name, value] of Object.entries(results)) {
    report.compare(name, floatsOf(value), golden.output(name).data, golden.tolerance(name)!)
  }
  await session.release()
  return report
}

export async function comparePositions(): Promise<Report> {
  const golden = new Golden('pem_pe')
  const report = new Report(golden.name)
  const points = golden.floats('pts')
  const session = await openGraph(buildPositionEncoding(weightsOf(golden), true))
  const near = queryBall(points, points, 0.1, 32)
  const wide = queryBall(points, points, 0.2, 64)
  report.compare('ball_idx_r0.1', near, golden.output('ball_idx_r0.1').data, EXACT)
  report.compare('ball_idx_r0.2', wide, golden.output('ball_idx_r0.2').data, EXACT)
  const grouped = groupNeighbors(points, near, 32)
  report.compare(
    'grouped_r0.1',
    golden.sliced('grouped_r0.1', channelsFirst(grouped, 512 * 32, 6)),
    golden.output('grouped_r0.1').data,
    2e-6,
  )
  const out = await session.run({
    near: tensor(grouped, [1, 512, 32, 6]),
    wide: tensor(groupNeighbors(points, wide, 64), [1, 512, 64, 6]),
  })
  for (const [name, port] of [
    ['pooled_r0.1', 'pooled_near'],
    ['pooled_r0.2', 'pooled_wide'],
  ] as const) {
    const planar = channelsFirst(floatsOf(out[port]), 512, 128)
    report.compare(name, golden.sliced(name, planar), golden.output(name).data, golden.tolerance(name)!)
  }
  report.compare(
    'pe',
    golden.sliced('pe', floatsOf(out['position'])),
    golden.output('pe').data,
    golden.tolerance('pe')!,
  )
  await session.release()
  return report
}

/** [n, c] → [c, n] */
function channelsFirst(values: Float32Array, n: number, channels: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let i = 0; i < n; i++) for (let c = 0; c < channels; c++) out[c * n + i] = values[i * channels + c]!
  return out
}
