// Sets of pixels as sorted runs [start, end) of a column-major image: what a mask is on the wire, with the algebra that
// joint interpretation needs. No bitmap is made.
import type { Rle } from '@sextant/contracts'

/** Start and end of each run, ascending, never touching. */
export type PixelRuns = readonly number[]

export function runsOf({ counts }: Rle): PixelRuns {
  const runs: number[] = []
  let position = 0
  counts.forEach((count, index) => {
    if (index % 2 === 1 && count > 0) runs.push(position, position + count)
    position += count
  })
  return runs
}

export function rleOfRuns(runs: PixelRuns, size: Rle['size']): Rle {
  const counts: number[] = []
  let position = 0
  for (let k = 0; k < runs.length; k += 2) {
    counts.push((runs[k] ?? 0) - position, (runs[k + 1] ?? 0) - (runs[k] ?? 0))
    position = runs[k + 1] ?? 0
  }
  const total = size[0] * size[1]
  return { size, counts: position < total || counts.length === 0 ? [...counts, total - position] : counts }
}

export function areaOf(runs: PixelRuns): number {
  let area = 0
  for (let k = 0; k < runs.length; k += 2) area += (runs[k + 1] ?? 0) - (runs[k] ?? 0)
  return area
}

/** Pixels in both. */
export function sharedArea(a: PixelRuns, b: PixelRuns): number {
  let shared = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const endA = a[i + 1] ?? 0
    const endB = b[j + 1] ?? 0
    shared += Math.max(0, Math.min(endA, endB) - Math.max(a[i] ?? 0, b[j] ?? 0))
    if (endA < endB) i += 2
    else j += 2
  }
  return shared
}

/** Pixels of `a` that are not in `b`. */
export function subtractRuns(a: PixelRuns, b: PixelRuns): PixelRuns {
  const left: number[] = []
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i] ?? 0
    const end = a[i + 1] ?? 0
    while (j < b.length && (b[j + 1] ?? 0) <= start) j += 2
    for (let k = j; k < b.length && (b[k] ?? 0) < end; k += 2) {
      if ((b[k] ?? 0) > start) left.push(start, b[k] ?? 0)
      start = Math.max(start, b[k + 1] ?? 0)
    }
    if (start < end) left.push(start, end)
  }
  return left
}

/** Pixels of either. */
export function uniteRuns(a: PixelRuns, b: PixelRuns): PixelRuns {
  const runs: [number, number][] = []
  for (const list of [a, b]) {
    for (let k = 0; k < list.length; k += 2) runs.push([list[k] ?? 0, list[k + 1] ?? 0])
  }
  runs.sort((x, y) => x[0] - y[0])
  const out: number[] = []
  for (const [start, end] of runs) {
    const last = out.length - 1
    if (last > 0 && start <= (out[last] ?? 0)) out[last] = Math.max(out[last] ?? 0, end)
    else out.push(start, end)
  }
  return out
}
