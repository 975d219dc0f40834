import { createRng } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { addShading, createShadingTally, resetShading, shadingAgreementOf } from './shading-agreement.ts'

/** A ball with a pattern, seen under one light; gains stand for exposure and white balance. */
function ball(seed: number, gains: readonly [number, number, number]) {
  const rng = createRng(seed)
  const count = 600
  const normals = new Float32Array(3 * count)
  const albedo = new Uint8Array(3 * count)
  const observed = new Uint8Array(3 * count)
  for (let i = 0; i < 3 * count; i += 3) {
    const raw = [rng.normal(), rng.normal(), -Math.abs(rng.normal())]
    const length = Math.hypot(...raw)
    const n = raw.map((value) => value / length)
    normals.set(n, i)
    const paint = rng.next() < 0.5 ? [200, 60, 40] : [50, 90, 160]
    const light = 0.55 - 0.25 * (n[2] ?? 0) + 0.2 * (n[0] ?? 0)
    for (let c = 0; c < 3; c++) {
      albedo[i + c] = paint[c] ?? 0
      observed[i + c] = Math.min(255, (gains[c] ?? 1) * light * (paint[c] ?? 0) + 2 * rng.normal() + 6)
    }
  }
  return { normals, albedo, observed, count }
}

function agreement({ normals, observed, count }: ReturnType<typeof ball>, albedo: Uint8Array | null, turn = 0): number {
  const tally = createShadingTally()
  for (let k = 0; k < count; k++) {
    const i = 3 * k
    const j = 3 * ((k + turn) % count)
    addShading(tally, observed, albedo, i, normals[j] ?? 0, normals[j + 1] ?? 0, normals[j + 2] ?? 0)
  }
  return shadingAgreementOf(tally)
}

describe('shadingAgreementOf', () => {
  it('explains a lit, painted ball, whatever exposure and white balance are', () => {
    for (const gains of [[1, 1, 1] as const, [0.6, 0.5, 0.4] as const, [1.1, 0.9, 0.6] as const]) {
      const lit = ball(3, gains)
      expect(agreement(lit, lit.albedo)).toBeGreaterThan(0.9)
    }
  })

  it('explains less with the paint or the normals of another place', () => {
    const lit = ball(4, [1, 1, 1])
    const shuffled = lit.albedo.map((_, i) => lit.albedo[(i + 3 * 7) % lit.albedo.length] ?? 0)
    expect(agreement(lit, shuffled)).toBeLessThan(0.1)
    expect(agreement(lit, lit.albedo, 7)).toBeLessThan(agreement(lit, lit.albedo) - 0.02)
  })

  it('sees the shading alone where the CAD has no colour', () => {
    const lit = ball(5, [1, 1, 1])
    const observed = Uint8Array.from({ length: 3 * lit.count }, (_, i) => {
      const k = 3 * Math.floor(i / 3)
      return 120 - 60 * (lit.normals[k + 2] ?? 0) + 20 * (lit.normals[k] ?? 0)
    })
    expect(agreement({ ...lit, observed }, null)).toBeGreaterThan(0.8)
    expect(agreement({ ...lit, observed }, null, 5)).toBeLessThan(0.1)
  })

  it('says nothing of a handful of pixels and starts anew after a reset', () => {
    const tally = createShadingTally()
    const lit = ball(6, [1, 1, 1])
    for (let k = 0; k < 5; k++) addShading(tally, lit.observed, lit.albedo, 3 * k, 0, 0, -1)
    expect(shadingAgreementOf(tally)).toBe(0)
    resetShading(tally)
    expect(tally.count).toBe(0)
    expect([...tally.sums].every((sum) => sum === 0)).toBe(true)
  })
})
