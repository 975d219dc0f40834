import { createRng, type ColorImage, type PinholeCamera } from '@sextant/geometry'
import { estimateSurface, type Surface } from '@sextant/surface'
import { describe, expect, it } from 'vitest'
import { proposalsOf, proposalsWithin, type Proposal } from './proposals.ts'
import { segmentRegions } from './segment-regions.ts'

const camera: PinholeCamera = { fx: 285, fy: 285, cx: 80, cy: 60, width: 160, height: 120 }

interface Item {
  /** image box, px */
  readonly x0: number
  readonly x1: number
  readonly y0: number
  readonly y1: number
  /** mm */
  readonly z: number
  readonly rgb: readonly [number, number, number]
}

/** Frontal cards in front of a wall at 900 mm; `holes` lists pixels without depth. */
function renderCards(items: readonly Item[], holes: (u: number, v: number) => boolean = () => false) {
  const rng = createRng(11)
  const { width, height } = camera
  const depths = new Float32Array(width * height)
  const colors = new Uint8Array(3 * width * height)
  const truth = new Int32Array(width * height)
  for (let v = 0, i = 0; v < height; v++) {
    for (let u = 0; u < width; u++, i++) {
      const k = items.findIndex((item) => u >= item.x0 && u < item.x1 && v >= item.y0 && v < item.y1)
      const item = items[k]
      truth[i] = k
      const z = k < 0 ? 900 : item.z
      depths[i] = holes(u, v) ? 0 : 1 / (1 / z + 5e-7 * rng.normal())
      colors.set(k < 0 ? [120, 120, 120] : item.rgb, 3 * i)
    }
  }
  const surface = estimateSurface({ width, height, data: depths }, camera, { step: 1 })
  const color: ColorImage = { width, height, data: colors }
  return { surface, color, truth }
}

function bestIou(proposals: readonly Proposal[], truth: Int32Array, label: number): number {
  const area = truth.reduce((sum, value) => sum + (value === label ? 1 : 0), 0)
  let best = 0
  for (const { maskPixels, areaPx } of proposals) {
    const shared = maskPixels.reduce((sum, i) => sum + (truth[i] === label ? 1 : 0), 0)
    best = Math.max(best, shared / (area + areaPx - shared))
  }
  return best
}

const red: Item = { x0: 30, x1: 70, y0: 30, y1: 80, z: 700, rgb: [200, 40, 40] }
const blue: Item = { x0: 70, x1: 110, y0: 30, y1: 80, z: 700, rgb: [40, 40, 200] }
const wallMask = (surface: Surface): Uint8Array => Uint8Array.from(surface.depths, (z) => (z > 850 ? 1 : 0))

describe('segmentRegions', () => {
  it('separates a card from the wall by depth alone', () => {
    const { surface, truth } = renderCards([red])
    const proposals = proposalsOf(segmentRegions(surface, null, null))
    expect(bestIou(proposals, truth, 0)).toBeGreaterThan(0.9)
  })

  it('offers two touching coplanar cards of different colour one by one and together', () => {
    const { surface, color, truth } = renderCards([red, blue])
    const proposals = proposalsOf(segmentRegions(surface, color, wallMask(surface)))
    expect(bestIou(proposals, truth, 0)).toBeGreaterThan(0.9)
    expect(bestIou(proposals, truth, 1)).toBeGreaterThan(0.9)
    const both = truth.map((label) => (label >= 0 ? 5 : -1))
    expect(bestIou(proposals, both, 5)).toBeGreaterThan(0.95)
  })

  it('measures proposals in mm', () => {
    const { surface, color } = renderCards([red])
    const [largest] = proposalsOf(segmentRegions(surface, color, wallMask(surface)))
    // 40 x 50 px at 700 mm and fx 285: 98 x 123 mm, diagonal 157 mm; between the 13 directions up to 9 % less
    expect(largest.extentMm).toBeGreaterThan(135)
    expect(largest.extentMm).toBeLessThan(165)
    expect(largest.meanDepth).toBeCloseTo(700, -1)
    expect(largest.centroid[0]).toBeCloseTo(((49.5 - 80) / 285) * 700, -1)
    const { x0, y0, x1, y1 } = largest.box
    expect([x0, y0, x1, y1].map((value, k) => Math.abs(value - [30, 30, 70, 80][k]) <= 1)).toEqual([
      true,
      true,
      true,
      true,
    ])
  })

  it('gives a hole inside a card to the card and not to the wall', () => {
    const hole = (u: number, v: number): boolean => u >= 40 && u < 50 && v >= 40 && v < 60
    const { surface, color, truth } = renderCards([red], hole)
    const proposals = proposalsOf(segmentRegions(surface, color, wallMask(surface)))
    expect(bestIou(proposals, truth, 0)).toBeGreaterThan(0.97)
  })

  it('draws the border of a hole across both by colour', () => {
    // no depth on both sides of the card's left edge: 6 px of the card and 6 px of the wall
    const hole = (u: number): boolean => u >= 24 && u < 36
    const { surface, color, truth } = renderCards([red], hole)
    const proposals = proposalsOf(segmentRegions(surface, color, wallMask(surface)))
    expect(bestIou(proposals, truth, 0)).toBeGreaterThan(0.95)
  })

  it('keeps every labelled pixel in exactly one leaf and every node a union of its children', () => {
    const { surface, color } = renderCards([red, blue])
    const tree = segmentRegions(surface, color, null, { leafScale: 1 })
    expect(tree.leafPixels).toHaveLength(tree.labels.filter((label) => label >= 0).length)
    expect(new Set(tree.leafPixels).size).toBe(tree.leafPixels.length)
    for (const { nodeCount, children, ranges, parents } of tree.hierarchies) {
      for (let node = tree.leafCount; node < nodeCount; node++) {
        const [a, b] = children.subarray(2 * node, 2 * node + 2)
        const size = (n: number): number => ranges[2 * n + 1] - ranges[2 * n]
        expect(size(node)).toBe(size(a) + size(b))
        expect([parents[a], parents[b]]).toEqual([node, node])
      }
    }
  })

  it('answers the same twice', () => {
    const { surface, color } = renderCards([red, blue])
    expect(segmentRegions(surface, color, null)).toEqual(segmentRegions(surface, color, null))
  })

  it('answers an empty tree without measurements', () => {
    const { surface, color } = renderCards([red], () => true)
    const tree = segmentRegions(surface, color, null)
    expect(tree.leafCount).toBe(0)
    expect(proposalsOf(tree)).toEqual([])
  })

  it('refuses a mask or a colour image of another size', () => {
    const { surface, color } = renderCards([red])
    expect(() => segmentRegions(surface, color, new Uint8Array(4))).toThrow(RangeError)
    expect(() => segmentRegions(surface, { ...color, width: 80 }, null)).toThrow(RangeError)
  })
})

describe('proposalsOf', () => {
  it('keeps the limits and drops near duplicates', () => {
    const { surface, color } = renderCards([red, blue])
    const tree = segmentRegions(surface, color, null)
    const proposals = proposalsOf(tree, { minPixels: 100, maxExtentMm: 200, maxIou: 0.8 })
    expect(proposals.length).toBeGreaterThan(0)
    for (const proposal of proposals) {
      expect(proposal.areaPx).toBeGreaterThanOrEqual(100)
      expect(proposal.extentMm).toBeLessThanOrEqual(200)
      for (const other of proposals) {
        if (other === proposal) continue
        const own = new Set(proposal.maskPixels)
        const shared = other.maskPixels.filter((i) => own.has(i)).length
        expect(shared / (own.size + other.areaPx - shared)).toBeLessThanOrEqual(0.8)
      }
    }
  })
})

describe('proposalsWithin', () => {
  it('cuts proposals to the mask and leaves those mostly outside away', () => {
    const { surface, color, truth } = renderCards([red, blue])
    const tree = segmentRegions(surface, color, wallMask(surface))
    // the red card and a strip of 8 px of the blue one
    const mask = Uint8Array.from(truth, (_, i) => (i % 160 >= 30 && i % 160 < 78 ? 1 : 0))
    const parts = proposalsWithin(tree, surface, mask)
    expect(bestIou(parts, truth, 0)).toBeGreaterThan(0.9)
    expect(bestIou(parts, truth, 1)).toBeLessThan(0.3)
    for (const { maskPixels } of parts) expect(maskPixels.every((i) => mask[i] === 1)).toBe(true)
  })

  it('answers nothing for an empty mask', () => {
    const { surface, color } = renderCards([red])
    const tree = segmentRegions(surface, color, null)
    expect(proposalsWithin(tree, surface, new Uint8Array(160 * 120))).toEqual([])
  })
})
