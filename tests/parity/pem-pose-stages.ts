// From the networks' matches to a pose: coarse, fine, and everything from images on.
import { floatsOf, tensor, type Tensor } from '@sextant/inference'
import {
  assign,
  buildCoarseMatching,
  buildFineMatching,
  buildGeometricEmbedding,
  buildPositionEncoding,
  cumulateWeights,
  describeObject,
  drawPairs,
  embed,
  encodePositions,
  estimateNetworkPose,
  fitRigid,
  selectCoarsePose,
  solveFinePose,
  toObject,
} from '@sextant/sam6d'
import { exampleModel, viewExampleTemplates } from './example.ts'
import { Golden } from './golden.ts'
import { openPemNetworks } from './pem-networks.ts'
import { weightsOf } from './pseudo-weights.ts'
import { EXACT, Report } from './report.ts'
import { openGraph } from './run-network.ts'

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
