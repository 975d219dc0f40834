import type { TriangleMesh } from '@sextant/geometry'
import type { Rgb } from './part-builder.ts'
import { printedBox, type FacePrint } from './printed-box.ts'

const WIDTH = 94
const DEPTH = 62
const HEIGHT = 144
const GRID = 2.4

const GREEN: Rgb = [22, 92, 74]
const CREAM: Rgb = [236, 226, 200]
const ORANGE: Rgb = [226, 122, 34]
const LEAF: Rgb = [104, 160, 62]
const INK: Rgb = [38, 40, 46]
const RED: Rgb = [170, 38, 44]
const CARDBOARD: Rgb = [168, 132, 94]

/** Letters on a 3 x 5 raster, rows from the top. */
const LETTERS = {
  T: ['###', '.#.', '.#.', '.#.', '.#.'],
  E: ['###', '#..', '##.', '#..', '###'],
  A: ['.#.', '#.#', '###', '#.#', '#.#'],
} as const

/** True inside the word TEA, lower left corner at the origin, `cell` mm per raster cell. */
function isInWord(s: number, t: number, cell: number): boolean {
  const column = Math.floor(s / cell)
  const row = 4 - Math.floor(t / cell)
  if (row < 0 || row > 4) return false
  const letter = [LETTERS.T, LETTERS.E, LETTERS.A].at(Math.floor(column / 4))
  return column >= 0 && column < 12 && letter?.at(row)?.[column % 4] === '#'
}

const front: FacePrint = (s, t) => {
  if (t < 14) return ORANGE
  if (t < 18) return CREAM
  if (isInWord(s - 14, t - 104, 6)) return CREAM
  const x = s - 47
  const y = t - 60
  const radius = Math.hypot(x, y)
  if (radius < 32) {
    const isLeaf = Math.hypot(x - 12, y + 2) < 24 && Math.hypot(x + 12, y + 2) < 24
    if (isLeaf) return Math.abs(x) < 1.6 ? CREAM : LEAF
    return y > 8 && Math.hypot(x + 14, y - 15) < 8 ? ORANGE : CREAM
  }
  return radius < 35 ? ORANGE : GREEN
}

const back: FacePrint = (s, t) => {
  if (t > 120) return isInWord(s - 8, t - 125, 3) ? CREAM : GREEN
  if (t < 34 && s > 52 && s < 86 && t > 8) return Math.sin(s * 1.9) + Math.sin(s * 0.83) > 0 ? INK : [250, 250, 248]
  // Lines of text: words of uneven length.
  const line = Math.floor(t / 7.2)
  const isWord = Math.sin(s * 0.55 + line * 2.1) + Math.sin(s * 0.21 + line * 4.7) > -0.5
  if (t > 42 && t < 114 && s > 8 && s < 86 - 9 * (line % 3) && t % 7.2 < 3.2 && isWord) return [96, 92, 84]
  if (t < 34 && s < 40 && s > 8 && t > 8) return Math.hypot(s - 24, t - 21) < 12 ? RED : CREAM
  return CREAM
}

const right: FacePrint = (s, t) => {
  if (s > 22 && s < 40) {
    const dot = Math.hypot(s - 31, (t % 24) - 12)
    return dot < 6 ? CREAM : ORANGE
  }
  return t > 128 ? CREAM : GREEN
}

const left: FacePrint = (s, t) => {
  if (t > 112) return RED
  const isFrame = s < 7 || s > 55 || t < 10
  if (isFrame) return CREAM
  const isRule = t % 12.75 < 2.2 || Math.abs(s - 38) < 1.3
  return isRule ? INK : [246, 240, 224]
}

const top: FacePrint = (s, t) => {
  const diamond = Math.abs(s - 47) / 36 + Math.abs(t - 31) / 24
  if (diamond < 0.55) return RED
  return diamond < 1 ? CREAM : GREEN
}

const bottom: FacePrint = (s, t) => {
  if (Math.abs(t - 31) < 1.6) return [120, 90, 60]
  return s < 26 && t < 20 ? INK : CARDBOARD
}

/** A folding box, 94 x 62 x 144 mm, every face printed differently. */
export function createTeaBox(): TriangleMesh {
  return printedBox([WIDTH, DEPTH, HEIGHT], GRID, { front, back, left, right, top, bottom })
}
