// Compares every stage of SAM-6D's re-implementation with reference tensors of the official code.
// Usage: npm run parity [-- folder ...]
import { compareCheckpoints } from './checkpoint-stages.ts'
import { hasExample } from './example.ts'
import { hasGolden } from './golden.ts'
import * as ism from './ism-stages.ts'
import * as pose from './pem-pose-stages.ts'
import * as pem from './pem-stages.ts'
import { compareOverHttp } from './pem-over-http.ts'
import { formatReport, type Report, type StageResult } from './report.ts'

const FOLDERS: Record<string, () => Report | Promise<Report>> = {
  torch_ckpt: compareCheckpoints,
  pointnet2_ops: pem.comparePointOps,
  pem_prep: pem.comparePreparation,
  pem_vit: pem.compareFeatures,
  pem_geo_embedding: pem.compareEmbedding,
  pem_blocks: pem.compareBlocks,
  pem_pe: pem.comparePositions,
  pem_coarse: pose.compareCoarse,
  pem_coarse_pose_synth: pose.compareCoarsePose,
  pem_fine: pose.compareFine,
  pem_fine_pose_synth: pose.compareFinePose,
  pem_e2e: pose.compareEndToEnd,
  pem_e2e_http: compareOverHttp,
  ism_crop_resize_pad: ism.compareCropMap,
  dinov2_vits14: () => ism.compareDino('dinov2_vits14'),
  ism_descriptors: ism.compareDescriptors,
  ism_scores: ism.compareScores,
  sam_small: () => ism.compareSam('sam_small'),
  sam_amg_post: ism.compareMaskSelection,
  sam_resize: ism.compareSamResize,
  dinov2_vitl14: () => ism.compareDino('dinov2_vitl14'),
  sam_vit_b: () => ism.compareSam('sam_vit_b'),
  sam_vit_h: () => ism.compareSam('sam_vit_h'),
}

if (!hasGolden || !hasExample) {
  console.log('Skipped: the reference tensors (../shared/sam6d/golden) are not here.')
} else {
  const wanted = process.argv.slice(2)
  const results: StageResult[] = []
  for (const [folder, compare] of Object.entries(FOLDERS)) {
    if (wanted.length > 0 && !wanted.includes(folder)) continue
    const started = performance.now()
    const report = await compare()
    results.push(...report.results)
    console.log(formatReport(report.results))
    console.log(`${folder}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
  }
  const failed = results.filter((one) => !one.passed)
  console.log(
    `${results.length - failed.length} of ${results.length} stages agree in ${new Set(results.map((one) => one.folder)).size} folders.`,
  )
  if (failed.length > 0) {
    console.log(formatReport(failed))
    process.exitCode = 1
  }
}
