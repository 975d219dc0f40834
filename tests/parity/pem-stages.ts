import { floatsOf, tensor, type Tensor } from '@sextant/inference'
import {
  assign,
  buildCoarseMatching,
  buildFineMatching,
  buildGeometricEmbedding,
  buildPemFeatures,
  buildPositionEncoding,
  computeGeometricIndices,
  cropView,
  cumulateWeights,
  describeObject,
  drawPairs,
  embed,
  encodePositions,
  estimateNetworkPose,
  fitRigid,
  gatherFeatures,
  geometricTransformer,
  GraphBuilder,
  groupNeighbors,
  linearAttention,
  linearTransformerLayer,
  maskBounds,
  normalizePlanes,
  queryBall,
  sampleFarthestPoints,
  selectCoarsePose,
  solveFinePose,
  sparseToDense,
  squareBox,
  toObject,
  transformerLayer,
  viewDetection,
  type StateDict,
} from '@sextant/sam6d'
import { EXAMPLE_CAMERA, exampleModel, readExample, readExampleTemplates, viewExampleTemplates } from './example.ts'
import { Golden } from './golden.ts'
import { openPemNetworks } from './pem-networks.ts'
import { pseudoStateDict } from './pseudo-weights.ts'
import { Report } from './report.ts'
import { openGraph } from './run-network.ts'

/** Floats of the stage to float32 tolerance when the folder states none. */
const EXACT = 0

function weightsOf(golden: Golden): StateDict {
  return pseudoStateDict(golden.meta.weights.params ?? [])
}

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
  const image = normalizePlanes(Uint8Array.from(golden.input('rgb_u8').data))
  const out = await session.run({ image: tensor(image, [1, 3, 224, 224]) })
  for (const name of golden.meta.outputs.map((entry) => entry.name).filter((name) => name in out)) {
    report.compare(name, golden.sliced(name, floatsOf(out[name])), golden.output(name).data, golden.tolerance(name)!)
  }
  const features = floatsOf(out['features'])
  const check = (name: string, values: Float32Array): void =>
    report.compare(name, golden.sliced(name, values), golden.output(name).data, golden.tolerance(name)!)
  check('upscale_linear', features)
  check('point_feats', gatherFeatures(features, golden.input('rgb_choose').data))
  const all = gatherFeatures(
    features,
    Int32Array.from({ length: 224 * 224 }, (_, i) => i),
  )
  const planar = new Float32Array(all.length)
  for (let p = 0; p < 224 * 224; p++) for (let c = 0; c < 256; c++) planar[c * 224 * 224 + p] = all[p * 256 + c]!
  check('feature_map_224', planar)
  await session.release()
  return report
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

/** Uniform draws in [0, 1) as the folders define them. */
function drawsOf(golden: Golden): Float32Array {
  return Float32Array.from(golden.input('rand_raw').data, (u) => Math.fround((u + 1) / 2))
}

/** Model points in the unit of the observed ones. */
function modelOf(golden: Golden): Float32Array {
  const unit = golden.meta.inputs.some((entry) => entry.name === 'radius') ? golden.input('radius').data[0]! + 1e-6 : 1
  return golden.floats('model').map((value) => value / unit)
}

function comparePoseStage(
  golden: Golden,
  report: Report,
  attention: Float32Array,
): ReturnType<typeof selectCoarsePose> {
  const assignment = assign(attention, 197, 197)
  const draws = drawsOf(golden)
  const tolerance = golden.tolerance('assign_prob')!
  report.compare('assign_prob', assignment.probabilities, golden.output('assign_prob').data, Math.max(tolerance, 1e-7))
  const cumulative = cumulateWeights(assignment)
  report.compare(
    'cumsum',
    golden.sliced('cumsum', cumulative, [1, cumulative.length]),
    golden.output('cumsum').data,
    5e-6,
  )
  report.compareShare('label1', assignment.label1, golden.output('label1').data, 0)
  report.compareShare('label2', assignment.label2, golden.output('label2').data, 0)
  const pairs = drawPairs(cumulative, 196, draws)
  report.compareShare('idx1', pairs.observed, golden.output('idx1').data, 0.005)
  report.compareShare('idx2', pairs.object, golden.output('idx2').data, 0.005)
  const given = {
    observed: Int32Array.from(golden.output('idx1').data),
    object: Int32Array.from(golden.output('idx2').data),
  }
  const [p1, p2, model] = [golden.floats('p1'), golden.floats('p2'), modelOf(golden)]
  const pose = selectCoarsePose(assignment, p1, p2, model, draws, given)
  const singular = golden.output('hyp_singular_values').data
  const isRegular = (h: number): boolean => singular[3 * h + 1]! > 1e-3 * singular[3 * h]!
  const fits = Array.from({ length: 6000 }, (_, h) =>
    fitRigid(p2, p1, undefined, {
      source: given.object.subarray(3 * h, 3 * h + 3),
      reference: given.observed.subarray(3 * h, 3 * h + 3),
    }),
  )
  const where = (per: number) => ({ where: (i: number) => isRegular(Math.floor(i / per)) })
  report.compare(
    'hyp_R',
    fits.flatMap((fit) => [...fit.rotation]),
    golden.output('hyp_R').data,
    2e-3,
    where(9),
  )
  report.compare(
    'hyp_t',
    fits.flatMap((fit) => [...fit.translation]),
    golden.output('hyp_t').data,
    2e-2,
    where(3),
  )
  report.compare('hyp_residual', pose.residuals, golden.output('hyp_residual').data, 2e-5, where(1))
  // Degenerate triples have an arbitrary rotation: only the regular ones' scores can agree.
  const regular = (kept: ArrayLike<number>, scores: ArrayLike<number>): number[] =>
    Array.from(kept)
      .flatMap((h, i) => (isRegular(h) ? [scores[i]!] : []))
      .sort((a, b) => b - a)
  const reference = regular(golden.output('top_idx').data, golden.output('top_scores').data)
  report.compare('top_scores (best 50)', regular(pose.kept, pose.scores).slice(0, 50), reference.slice(0, 50), 2e-3)
  return pose
}

export async function compareCoarse(): Promise<Report> {
  const golden = new Golden('pem_coarse')
  const report = new Report(golden.name)
  const parameters = weightsOf(golden)
  const embeddings = await openGraph(buildGeometricEmbedding(parameters))
  const session = await openGraph(buildCoarseMatching(parameters, true))
  const embedding1 = await embed(embeddings, golden.floats('p1'))
  const embedding2 = await embed(embeddings, golden.floats('p2'))
  report.compare(
    'geo_embedding_1',
    golden.sliced('geo_embedding_1', floatsOf(embedding1)),
    golden.output('geo_embedding_1').data,
    golden.tolerance('geo_embedding_1')!,
  )
  const out = await session.run({
    f1: tensor(golden.floats('f1'), [1, 196, 256]),
    f2: tensor(golden.floats('f2'), [1, 196, 256]),
    embedding1,
    embedding2,
  })
  compareTaps(golden, report, out)
  report.compare('atten', floatsOf(out['attention']), golden.output('atten').data, golden.tolerance('atten')!)
  const pose = comparePoseStage(golden, report, Float32Array.from(golden.output('atten').data))
  report.compare('init_R', pose.rotation, golden.output('init_R').data, 1e-4)
  report.compare('init_t', pose.translation, golden.output('init_t').data, 1e-4)
  await Promise.all([embeddings.release(), session.release()])
  return report
}

function compareTaps(golden: Golden, report: Report, out: Readonly<Record<string, Tensor>>): void {
  for (const name of Object.keys(out).filter((key) => key.startsWith('block'))) {
    report.compare(name, golden.sliced(name, floatsOf(out[name])), golden.output(name).data, golden.tolerance(name)!)
  }
}

export function compareCoarsePose(): Report {
  const golden = new Golden('pem_coarse_pose_synth')
  const report = new Report(golden.name)
  const pose = comparePoseStage(golden, report, golden.floats('atten'))
  report.compare('R', pose.rotation, golden.output('R').data, 1e-4)
  report.compare('t', pose.translation, golden.output('t').data, 1e-4)
  return report
}

export async function compareFine(): Promise<Report> {
  const golden = new Golden('pem_fine')
  const report = new Report(golden.name)
  const parameters = weightsOf(golden)
  const [p1, p2, model] = [golden.floats('p1'), golden.floats('p2'), modelOf(golden)]
  const placed = toObject(p1, golden.floats('init_R'), golden.floats('init_t'))
  report.compare(
    'p1_in_object_frame',
    placed,
    golden.output('p1_in_object_frame').data,
    golden.tolerance('p1_in_object_frame')!,
  )
  const positions = await openGraph(buildPositionEncoding(parameters))
  const position1 = await encodePositions(positions, placed)
  const position2 = await encodePositions(positions, p2)
  report.compare('pe1', golden.sliced('pe1', floatsOf(position1)), golden.output('pe1').data, golden.tolerance('pe1')!)
  report.compare('pe2', golden.sliced('pe2', floatsOf(position2)), golden.output('pe2').data, golden.tolerance('pe2')!)
  const sparse1 = golden.input('fps_idx1').data
  const sparse2 = golden.input('fps_idx2').data
  const embeddings = await openGraph(buildGeometricEmbedding(parameters))
  const rows = (points: Float32Array, indices: Float64Array): Float32Array =>
    Float32Array.from([...indices].flatMap((i) => [...points.subarray(3 * i, 3 * i + 3)]))
  const session = await openGraph(buildFineMatching(parameters, true))
  const out = await session.run({
    f1: tensor(golden.floats('f1'), [1, 512, 256]),
    f2: tensor(golden.floats('f2'), [1, 512, 256]),
    ...{ position1, position2 },
    embedding1: await embed(embeddings, rows(p1, sparse1)),
    embedding2: await embed(embeddings, rows(p2, sparse2)),
    sparse1: tensor(BigInt64Array.from(sparse1, BigInt), [1, 64]),
    sparse2: tensor(BigInt64Array.from(sparse2, BigInt), [1, 64]),
  })
  compareTaps(golden, report, out)
  report.compare('atten', floatsOf(out['attention']), golden.output('atten').data, golden.tolerance('atten')!)
  const assignment = assign(Float32Array.from(golden.output('atten').data), 513, 513)
  report.compareShare('label1', assignment.label1, golden.output('label1').data, 0)
  report.compareShare('label2', assignment.label2, golden.output('label2').data, 0)
  const fine = solveFinePose(assignment, p1, p2, model)
  const radius = golden.input('radius').data[0]! + 1e-6
  report.compare('assign_score', fine.weights, golden.output('assign_score').data, golden.tolerance('assign_score')!)
  report.compare('pred_pts', fine.expected, golden.output('pred_pts').data, golden.tolerance('pred_pts')!)
  report.compare('pred_R', fine.rotation, golden.output('pred_R').data, golden.tolerance('pred_R')!)
  report.compare(
    'pred_t',
    fine.translation.map((v) => v * radius),
    golden.output('pred_t').data,
    golden.tolerance('pred_t')!,
  )
  report.compare(
    'pred_pose_score',
    [fine.score],
    golden.output('pred_pose_score').data,
    golden.tolerance('pred_pose_score')!,
  )
  await Promise.all([positions.release(), embeddings.release(), session.release()])
  return report
}

export function compareFinePose(): Report {
  const golden = new Golden('pem_fine_pose_synth')
  const report = new Report(golden.name)
  const [p1, p2, model] = [golden.floats('p1'), golden.floats('p2'), modelOf(golden)]
  const fine = solveFinePose(assign(golden.floats('atten'), 385, 385), p1, p2, model)
  report.compare('R', fine.rotation, golden.output('R').data, golden.tolerance('R')!)
  report.compare('t', fine.translation, golden.output('t').data, golden.tolerance('t')!)
  report.compare('pose_score', [fine.score], golden.output('pose_score').data, golden.tolerance('pose_score')!)
  const [source, reference, weights] = [golden.floats('wp_src'), golden.floats('wp_ref'), golden.floats('wp_weights')]
  const fits = Array.from({ length: 6 }, (_, i) =>
    fitRigid(
      source.subarray(30 * i, 30 * i + 30),
      reference.subarray(30 * i, 30 * i + 30),
      weights.subarray(10 * i, 10 * i + 10),
    ),
  )
  // Case 4 is collinear: the rotation about the line is arbitrary.
  const where = (per: number) => ({
    where: (i: number) => Math.floor(i / per) !== 4,
    note: 'without the collinear case',
  })
  report.compare(
    'wp_R',
    fits.flatMap((fit) => [...fit.rotation]),
    golden.output('wp_R').data,
    1e-5,
    where(9),
  )
  report.compare(
    'wp_t',
    fits.flatMap((fit) => [...fit.translation]),
    golden.output('wp_t').data,
    1e-5,
    where(3),
  )
  return report
}

export async function compareEndToEnd(): Promise<Report> {
  const golden = new Golden('pem_e2e')
  const preparation = new Golden('pem_prep')
  const report = new Report(golden.name)
  const networks = await openPemNetworks(weightsOf(golden))
  const { views } = await viewExampleTemplates()
  const object = await describeObject(networks, views)
  report.compare('template_fps_idx', object.kept, golden.output('template_fps_idx').data, EXACT)
  const check = (name: string, values: ArrayLike<number>, tolerance = golden.tolerance(name)!): void =>
    report.compare(name, golden.sliced(name, values), golden.output(name).data, tolerance)
  check('dense_po_m', object.points)
  check('dense_fo', object.features)
  check('radius', [object.radius])
  const view = {
    planes: Uint8Array.from(preparation.output('obs_rgb_u8').data),
    pixels: Int32Array.from(preparation.output('obs_rgb_choose').data),
    points: Float32Array.from(preparation.output('obs_pts').data),
  }
  const { trace, ...pose } = await estimateNetworkPose(networks, view, object, exampleModel(), drawsOf(golden))
  check('dense_fm', trace.observedFeatures)
  check('dense_pm_norm', trace.observed)
  check('fps_idx_m', trace.sparseObserved, EXACT)
  check('fps_idx_o', trace.sparseObject, EXACT)
  check('coarse_atten', floatsOf(trace.coarseAttention))
  report.compareShare('idx1', trace.coarse.pairs.observed, golden.output('idx1').data, 0.005)
  report.compareShare('idx2', trace.coarse.pairs.object, golden.output('idx2').data, 0.005)
  report.compareShare('coarse_label1', trace.coarseAssignment.label1, golden.output('coarse_label1').data, 0.02)
  report.compareShare('coarse_label2', trace.coarseAssignment.label2, golden.output('coarse_label2').data, 0.02)
  check('init_R', trace.coarse.rotation, 1e-4)
  check('init_t', trace.coarse.translation, 1e-4)
  check('fine_atten', floatsOf(trace.fineAttention))
  report.compareShare('fine_label1', trace.fineAssignment.label1, golden.output('fine_label1').data, 0.005)
  report.compareShare('fine_label2', trace.fineAssignment.label2, golden.output('fine_label2').data, 0.005)
  check('fine_assign_score', trace.fine.weights)
  check('pred_R', pose.rotation, 1e-4)
  check('pred_t', pose.translation, 1e-5)
  check('pred_pose_score', [pose.score], 1e-3)
  await networks.release()
  return report
}
