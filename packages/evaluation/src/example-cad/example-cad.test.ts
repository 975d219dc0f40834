import { boundingBox, diameterOf } from '@sextant/mesh'
import type { TriangleMesh } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { createBracket } from './bracket.ts'
import { createMug } from './mug.ts'
import { createTeaBox } from './tea-box.ts'

/** Volume by the divergence theorem; negative or too small when faces look inwards or are missing. */
function volumeOf({ positions: p, faces }: TriangleMesh): number {
  let sum = 0
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]]
    sum += p[a] * (p[b + 1] * p[c + 2] - p[b + 2] * p[c + 1])
    sum += p[a + 1] * (p[b + 2] * p[c] - p[b] * p[c + 2])
    sum += p[a + 2] * (p[b] * p[c + 1] - p[b + 1] * p[c])
  }
  return sum / 6
}

/** Undirected edges, by position, that do not have a partner running the other way. */
function openEdges({ positions, faces }: TriangleMesh): number {
  const key = (i: number): string => Array.from(positions.subarray(3 * i, 3 * i + 3), (v) => Math.round(v * 100)).join()
  const balance = new Map<string, number>()
  for (let f = 0; f < faces.length; f += 3) {
    const corners = [key(faces[f]), key(faces[f + 1]), key(faces[f + 2])]
    for (let k = 0; k < 3; k++) {
      const [from, to] = [corners[k], corners[(k + 1) % 3]]
      if (from === to) continue
      const isForward = from < to
      const edge = isForward ? `${from}|${to}` : `${to}|${from}`
      balance.set(edge, (balance.get(edge) ?? 0) + (isForward ? 1 : -1))
    }
  }
  return [...balance.values()].filter((value) => value !== 0).length
}

describe('tea box', () => {
  const box = createTeaBox()

  it('encloses its volume, faces outwards', () => {
    expect(volumeOf(box) / (94 * 62 * 144)).toBeCloseTo(1, 4)
  })

  it('prints every face differently', () => {
    const { positions, colors } = box
    const means = [0, 1, 2].flatMap((axis) =>
      [-1, 1].map((side) => {
        const limit = [47, 31, 72][axis]
        const sum = [0, 0, 0, 0]
        for (let i = 0; i < positions.length; i += 3) {
          if (Math.abs(positions[i + axis] - side * limit) > 1e-3) continue
          sum[3]++
          for (let c = 0; c < 3; c++) sum[c] += colors![i + c]
        }
        return sum.slice(0, 3).map((value) => value / sum[3])
      }),
    )
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < a; b++) {
        expect(Math.hypot(...[0, 1, 2].map((c) => means[a][c] - means[b][c]))).toBeGreaterThan(15)
      }
    }
  })
})

describe('bracket', () => {
  it('has the volume of its plates, rib and hub less the holes', () => {
    const bracket = createBracket()
    const upright = 9 * (60 * 84 - Math.PI * 13 ** 2)
    const foot = 9 * (83 * 60 - Math.PI * (6.5 ** 2 + 9 ** 2))
    const rib = (7 * 38 * 27) / 2
    const hub = 12 * Math.PI * (17.5 ** 2 - 13 ** 2)
    // Circles are 40-gons: a little less is cut off and added.
    expect(volumeOf(bracket) / (upright + foot + rib + hub)).toBeCloseTo(1, 2)
    expect(boundingBox(bracket).max).toEqual([92, 60, 84])
  })
})

describe('mug', () => {
  it('is hollow, closed, faces outwards and has its handle on one side', () => {
    const mug = createMug()
    const wall = Math.PI * ((40 ** 2 - 35.6 ** 2) * 95 + 35.6 ** 2 * 6)
    const handle = Math.PI * 7.5 * 5 * 86
    expect(volumeOf(mug) / (wall + handle)).toBeGreaterThan(0.9)
    expect(volumeOf(mug) / (wall + handle)).toBeLessThan(1.1)
    expect(openEdges(mug)).toBe(0)
    const { min, max } = boundingBox(mug)
    expect(max[0] + min[0]).toBeGreaterThan(25)
    expect(diameterOf(mug)).toBeGreaterThan(110)
  })
})
