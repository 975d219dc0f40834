/** Tolerance of what has to be equal to the last bit. */
export const EXACT = 0

/** One stage compared with its reference. */
export interface StageResult {
  readonly folder: string
  readonly stage: string
  readonly largest: number
  readonly mean: number
  readonly tolerance: number
  readonly passed: boolean
  readonly note?: string
}

/** Collects the comparisons of one folder. */
export class Report {
  readonly results: StageResult[] = []
  readonly folder: string
  constructor(folder: string) {
    this.folder = folder
  }

  /** Largest absolute deviation against a tolerance; `where` limits the comparison. */
  compare(
    stage: string,
    found: ArrayLike<number>,
    reference: ArrayLike<number>,
    tolerance: number,
    options: { readonly where?: (i: number) => boolean; readonly note?: string } = {},
  ): void {
    let largest = 0
    let sum = 0
    let count = 0
    for (let i = 0; i < reference.length; i++) {
      if (options.where !== undefined && !options.where(i)) continue
      const deviation = Math.abs((found[i] ?? Number.NaN) - (reference[i] ?? Number.NaN))
      if (!(deviation <= largest)) largest = deviation
      sum += deviation
      count++
    }
    const passed = found.length === reference.length && count > 0 && largest <= tolerance
    const sizes = found.length === reference.length ? undefined : `${found.length} values, not ${reference.length}`
    const note = sizes ?? options.note
    this.results.push({
      ...{ folder: this.folder, stage, largest, mean: sum / Math.max(1, count), tolerance, passed },
      ...(note === undefined ? {} : { note }),
    })
  }

  /** Share of entries that differ, against the share allowed. */
  compareShare(stage: string, found: ArrayLike<number>, reference: ArrayLike<number>, allowed: number): void {
    let different = found.length === reference.length ? 0 : reference.length
    for (let i = 0; i < reference.length; i++) if (found[i] !== reference[i]) different++
    const share = different / Math.max(1, reference.length)
    this.results.push({
      ...{ folder: this.folder, stage, largest: share, mean: share, tolerance: allowed, passed: share <= allowed },
      note: 'share of differing entries',
    })
  }
}

export function formatReport(results: readonly StageResult[]): string {
  const row = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(i === 0 ? 22 : 30) : cell.padStart(10))).join(' ')
  const lines = [row(['folder', 'stage', 'max', 'mean', 'tolerance', ''])]
  for (const one of results) {
    const verdict = one.passed ? 'ok' : 'FAILED'
    const numbers = [one.largest, one.mean, one.tolerance].map((value) => value.toExponential(1))
    lines.push(row([one.folder, one.stage, ...numbers, verdict]) + (one.note === undefined ? '' : `  (${one.note})`))
  }
  return lines.join('\n')
}
