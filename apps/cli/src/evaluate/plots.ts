import type { RejectionSummary } from './rejection.ts'

const SIZE = 320
const MARGIN = 48

/** Reliability diagram as SVG: share of right answers over the stated probability; bar widths are equal, labels count. */
export function reliabilitySvg({ reliability, calibrationError }: RejectionSummary): string {
  const bars = reliability.map(({ count, meanScore, rightShare }) => {
    const x = at(meanScore)
    const y = down(rightShare)
    return `<line x1="${x}" y1="${down(meanScore)}" x2="${x}" y2="${y}" stroke="#c0392b" stroke-width="2"/><circle cx="${x}" cy="${y}" r="${(2 + Math.log10(count + 1) * 2).toFixed(1)}" fill="#1f5fa8"/><text x="${x}" y="${Number(y) - 9}" font-size="9" text-anchor="middle">${count}</text>`
  })
  const title = `stated and found probability, calibration error ${calibrationError.toFixed(3)}`
  return chart(title, 'score', 'share right', bars)
}

/** Recall over the false-positive rate as SVG. */
export function rocSvg({ roc, presentCount, absentCount }: RejectionSummary): string {
  const points = roc.map(({ falsePositiveRate, recall }) => `${at(falsePositiveRate)},${down(recall)}`)
  const line = `<polyline points="${points.join(' ')}" fill="none" stroke="#1f5fa8" stroke-width="2"/>`
  return chart(`recall of ${presentCount}, ${absentCount} absent`, 'false-positive rate', 'recall', [line])
}

const at = (value: number): string => (MARGIN + value * SIZE).toFixed(1)
const down = (value: number): string => (MARGIN + (1 - value) * SIZE).toFixed(1)

function chart(title: string, across: string, upward: string, marks: readonly string[]): string {
  const full = SIZE + 2 * MARGIN
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    `<line x1="${at(value)}" y1="${down(0)}" x2="${at(value)}" y2="${down(1)}" stroke="#ddd"/>`,
    `<line x1="${at(0)}" y1="${down(value)}" x2="${at(1)}" y2="${down(value)}" stroke="#ddd"/>`,
    `<text x="${at(value)}" y="${full - 30}" font-size="10" text-anchor="middle">${value}</text>`,
    `<text x="${MARGIN - 6}" y="${Number(down(value)) + 3}" font-size="10" text-anchor="end">${value}</text>`,
  ])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${full} ${full}" font-family="sans-serif">`,
    `<rect width="${full}" height="${full}" fill="white"/>`,
    ...ticks,
    `<line x1="${at(0)}" y1="${down(0)}" x2="${at(1)}" y2="${down(1)}" stroke="#999" stroke-dasharray="4 4"/>`,
    ...marks,
    `<text x="${full / 2}" y="24" font-size="12" text-anchor="middle">${title}</text>`,
    `<text x="${full / 2}" y="${full - 12}" font-size="11" text-anchor="middle">${across}</text>`,
    `<text x="14" y="${full / 2}" font-size="11" text-anchor="middle" transform="rotate(-90 14 ${full / 2})">${upward}</text>`,
    '</svg>\n',
  ].join('\n')
}
