import {
  averageRecallMspd,
  averageRecallMssd,
  averagePrecision,
  averageRecall,
  averageRecallVsd,
  COCO_IOUS,
  MSSD_THRESHOLDS,
  recallBelow,
} from '@sextant/evaluation'
import type { EvaluationCondition, InstanceRow, TaskResult } from './evaluation-task.ts'

/** The figures of one condition. NaN where nothing was asked. */
export interface ConditionSummary {
  readonly condition: EvaluationCondition
  readonly instanceCount: number
  readonly averageRecallVsd: number
  readonly averageRecallMssd: number
  readonly averageRecallMspd: number
  /** AR_MSSD without credit for symmetry */
  readonly averageRecallStrict: number
  /** share of instances with MSSD below 0.1 diameters */
  readonly recallMssdTenth: number
  /** share of instances with ADD or ADD-S below 0.1 diameters */
  readonly recallAddTenth: number
  /** share of the answers that are right; NaN without answers */
  readonly precision: number
  /** diameters, over the instances found within 0.5 diameters */
  readonly medianMssdPerDiameter: number
  /** per instance, or per question about an absent object */
  readonly medianSeconds: number
  /** median ms per stage and question */
  readonly stageMs: Readonly<Record<string, number>>
}

/** Totals of one condition. */
export function summarize(condition: EvaluationCondition, results: readonly TaskResult[]): ConditionSummary {
  const rows = results.flatMap((result) => result.rows)
  const answers = results.flatMap((result) => result.answers)
  const timings = results.flatMap((result) => result.timings)
  const seconds = results.flatMap((result) => [...result.rows, ...result.absent].map((row) => row.seconds))
  const stages = [...new Set(timings.flatMap((timing) => Object.keys(timing)))]
  return {
    condition,
    instanceCount: rows.length,
    averageRecallVsd: averageRecallVsd(rows.map((row) => row.vsd)),
    averageRecallMssd: averageRecallMssd(rows),
    averageRecallMspd: averageRecallMspd(rows),
    averageRecallStrict: averageRecall(
      rows.map((row) => row.strictMssdPerDiameter),
      MSSD_THRESHOLDS,
    ),
    recallMssdTenth: recallBelow(
      rows.map((row) => row.mssdPerDiameter),
      0.1,
    ),
    recallAddTenth: recallBelow(
      rows.map((row) => row.add / row.diameter),
      0.1,
    ),
    precision: answers.filter((answer) => answer.isRight).length / answers.length,
    medianMssdPerDiameter: medianOf(rows.map((row) => row.mssdPerDiameter).filter((error) => error < 0.5)),
    medianSeconds: medianOf(seconds),
    stageMs: Object.fromEntries(
      stages.map((stage) => [stage, medianOf(timings.flatMap((timing) => timing[stage] ?? []))]),
    ),
  }
}

/** Upper median; NaN without values. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** One line per row, widths fixed. */
export function formatRow(row: InstanceRow): string {
  return [
    row.caseId.padEnd(22),
    String(row.objectId).padStart(4),
    fixed(row.visibleFraction ?? Number.NaN, 2, 6),
    fixed(row.mssdPerDiameter, 3, 8),
    fixed(row.mspd, 1, 8),
    fixed(row.add, 1, 8),
    row.isSymmetric ? ' ADD-S' : ' ADD  ',
    fixed(row.score ?? Number.NaN, 2, 6),
    fixed(row.verification ?? Number.NaN, 3, 7),
    fixed(row.seconds, 2, 7),
  ].join('')
}

/** Heads the columns of `formatRow`. */
export const ROW_HEADING = `${'case'.padEnd(22)} obj  seen  MSSD/d MSPD px  ADD mm       score verify seconds`

const TABLE: readonly (readonly [string, (summary: ConditionSummary) => string])[] = [
  ['condition', (s) => s.condition.padEnd(9)],
  ['     n', (s) => String(s.instanceCount).padStart(6)],
  [' AR_VSD', (s) => fixed(s.averageRecallVsd, 3, 7)],
  [' AR_MSSD', (s) => fixed(s.averageRecallMssd, 3, 8)],
  [' AR_MSPD', (s) => fixed(s.averageRecallMspd, 3, 8)],
  [' strict', (s) => fixed(s.averageRecallStrict, 3, 7)],
  [' <.1d', (s) => fixed(s.recallMssdTenth, 3, 6)],
  ['  ADD(-S)', (s) => fixed(s.recallAddTenth, 3, 8)],
  [' precision', (s) => fixed(s.precision, 3, 10)],
  [' median/d', (s) => fixed(s.medianMssdPerDiameter, 4, 9)],
  [' seconds', (s) => fixed(s.medianSeconds, 2, 8)],
]

/** One line per condition. */
export function formatTable(summaries: readonly ConditionSummary[]): string {
  return [
    TABLE.map(([heading]) => heading).join(''),
    ...summaries.map((s) => TABLE.map(([, cell]) => cell(s)).join('')),
  ].join('\n')
}

/** Median time of every stage. */
export function formatStages({ condition, stageMs }: ConditionSummary): string {
  const stages = Object.entries(stageMs).map(([stage, ms]) => `${stage} ${ms.toFixed(0)}`)
  return `${condition}: median ms per stage and question: ${stages.join(', ')}`
}

/** Average precision of segmentation, mean over the objects; NaN where it was not asked. */
export interface DetectionSummary {
  /** IoU .5:.95 */
  readonly ap: number
  readonly ap50: number
  readonly ap75: number
  readonly objectCount: number
  readonly instanceCount: number
}

/** @source COCO; objects are asked for where they are, as in the BOP detection task */
export function summarizeDetections(results: readonly TaskResult[]): DetectionSummary {
  const rows = results.flatMap((result) => result.proposed)
  const paths = [...new Set(rows.map(({ modelPath }) => modelPath))]
  const meanAp = (ious: readonly number[]): number => {
    const values = paths.flatMap((path) => {
      const own = rows.filter(({ modelPath }) => modelPath === path)
      const count = own.reduce((sum, { truthCount }) => sum + truthCount, 0)
      const detections = own.flatMap((row) => row.detections)
      return ious.map((iou) => averagePrecision(detections, count, iou))
    })
    return values.reduce((sum, value) => sum + value, 0) / values.length
  }
  const instanceCount = rows.reduce((sum, { truthCount }) => sum + truthCount, 0)
  const counts = { objectCount: paths.length, instanceCount }
  return { ap: meanAp(COCO_IOUS), ap50: meanAp([0.5]), ap75: meanAp([0.75]), ...counts }
}

export function formatDetections({ ap, ap50, ap75, objectCount, instanceCount }: DetectionSummary): string {
  return (
    `detection: AP ${ap.toFixed(3)} (IoU .5:.95), AP50 ${ap50.toFixed(3)}, AP75 ${ap75.toFixed(3)} ` +
    `over ${objectCount} objects, ${instanceCount} instances`
  )
}

export function fixed(value: number, digits: number, width: number): string {
  return (Number.isFinite(value) ? value.toFixed(digits) : '-').padStart(width)
}
