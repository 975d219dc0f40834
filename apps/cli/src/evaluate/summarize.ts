import { averageRecallMspd, averageRecallMssd, recallBelow } from '@sextant/evaluation'
import type { InstanceRow, TaskResult } from './evaluation-task.ts'

/** The figures of one evaluation. */
export interface EvaluationSummary {
  readonly instanceCount: number
  readonly averageRecallMssd: number
  readonly averageRecallMspd: number
  /** share of instances with MSSD below 0.1 diameters */
  readonly recallMssdTenth: number
  /** share of instances with ADD or ADD-S below 0.1 diameters */
  readonly recallAddTenth: number
  /** diameters, over the instances found within 0.5 diameters */
  readonly medianMssdPerDiameter: number
  readonly medianSeconds: number
  /** median ms per stage and question */
  readonly stageMs: Readonly<Record<string, number>>
}

/** Totals of all rows. Figures of an empty evaluation are NaN. */
export function summarize(results: readonly TaskResult[]): EvaluationSummary {
  const rows = results.flatMap((result) => result.rows)
  const timings = results.flatMap((result) => result.timings)
  const stages = [...new Set(timings.flatMap((timing) => Object.keys(timing)))]
  return {
    instanceCount: rows.length,
    averageRecallMssd: averageRecallMssd(rows),
    averageRecallMspd: averageRecallMspd(rows),
    recallMssdTenth: recallBelow(
      rows.map((row) => row.mssdPerDiameter),
      0.1,
    ),
    recallAddTenth: recallBelow(
      rows.map((row) => row.add / row.diameter),
      0.1,
    ),
    medianMssdPerDiameter: medianOf(rows.map((row) => row.mssdPerDiameter).filter((error) => error < 0.5)),
    medianSeconds: medianOf(rows.map((row) => row.seconds)),
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
  const number = (value: number, digits: number, width: number): string =>
    (Number.isFinite(value) ? value.toFixed(digits) : '-').padStart(width)
  return [
    row.caseId.padEnd(22),
    String(row.objectId).padStart(4),
    number(row.mssdPerDiameter, 3, 8),
    number(row.mspd, 1, 8),
    number(row.add, 1, 8),
    row.isSymmetric ? ' ADD-S' : ' ADD  ',
    number(row.score ?? Number.NaN, 2, 6),
    number(row.verification ?? Number.NaN, 3, 7),
    number(row.seconds, 2, 7),
  ].join('')
}

/** Heads the columns of `formatRow`. */
export const ROW_HEADING = `${'case'.padEnd(22)} obj  MSSD/d MSPD px  ADD mm       score verify seconds`

/** Multi-line text of the totals. */
export function formatSummary(summary: EvaluationSummary): string {
  const stages = Object.entries(summary.stageMs).map(
    ([stage, ms]) => `  ${stage.padEnd(16)}${ms.toFixed(0).padStart(7)} ms`,
  )
  return [
    `instances            ${summary.instanceCount}`,
    `AR_MSSD              ${summary.averageRecallMssd.toFixed(3)}`,
    `AR_MSPD              ${summary.averageRecallMspd.toFixed(3)}`,
    `recall MSSD < 0.1 d  ${summary.recallMssdTenth.toFixed(3)}`,
    `recall ADD(-S)<0.1 d ${summary.recallAddTenth.toFixed(3)}`,
    `median MSSD/d        ${summary.medianMssdPerDiameter.toFixed(4)}`,
    `median seconds       ${summary.medianSeconds.toFixed(2)}`,
    'median time per stage and question',
    ...stages,
  ].join('\n')
}
