import { createRng, type PinholeCamera } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { estimateSurface } from './estimate-surface.ts'
import { findPlanes, planeMaskInto } from './find-planes.ts'

const camera: PinholeCamera = { fx: 285, fy: 285, cx: 160, cy: 120, width: 320, height: 240 }
const TILT = (50 * Math.PI) / 180
/** A table tilted 50 degrees, 800 mm away on the axis. */
const table = { normal: [0, -Math.sin(TILT), -Math.cos(TILT)] as const, offset: -800 * Math.cos(TILT) }

/** The table with a frontal box face of `side` mm at 650 mm in the middle. */
function scene(side: number, sigma: number, seed: number) {
  const rng = createRng(seed)
  const data = new Float32Array(camera.width * camera.height)
  for (let v = 0; v < camera.height; v++) {
    for (let u = 0; u < camera.width; u++) {
      const x = (u - camera.cx) / camera.fx
      const y = (v - camera.cy) / camera.fy
      const onTable = table.offset / (table.normal[1] * y + table.normal[2])
      const onFace = Math.abs(650 * x) < side / 2 && Math.abs(650 * y) < side / 2
      const z = onFace ? 650 : onTable > 0 && onTable < 3000 ? onTable : 0
      data[v * camera.width + u] = z > 0 ? 1 / (1 / z + sigma * rng.normal()) : 0
    }
  }
  return estimateSurface({ width: camera.width, height: camera.height, data }, camera, { step: 1 })
}

describe('findPlanes', () => {
  it.each([1, 2, 3])('finds the table and not the box face (seed %i)', (seed) => {
    const surface = scene(180, 1e-6, seed)
    const planes = findPlanes(surface, {}, createRng(seed))
    expect(planes).toHaveLength(1)
    const [plane] = planes
    const cosine = plane.normal[1] * table.normal[1] + plane.normal[2] * table.normal[2]
    expect(cosine).toBeGreaterThan(Math.cos((0.4 * Math.PI) / 180))
    expect(Math.abs(plane.offset - table.offset)).toBeLessThan(3)
    expect(plane.areaMm2).toBeGreaterThan(500_000)
  })

  it('marks the table and leaves the box face', () => {
    const surface = scene(180, 1e-6, 4)
    const planes = findPlanes(surface, {}, createRng(4))
    const mask = planeMaskInto(new Uint8Array(surface.depths.length).fill(7), surface, planes)
    let face = 0
    let marked = 0
    for (let v = 90; v < 150; v++) {
      for (let u = 130; u < 190; u++) {
        face++
        if (mask[v * 320 + u] > 0) marked++
      }
    }
    // the tilted table cuts through the face in one line of about 25 mm
    expect(marked / face).toBeLessThan(0.25)
    let table = 0
    for (let i = 200 * 320; i < 240 * 320; i++) table += mask[i]
    expect(table / (40 * 320)).toBeGreaterThan(0.95)
  })

  it.each([1, 2, 3, 4])('is not distracted by far pieces, larger in area but of few pixels (seed %i)', (seed) => {
    // Upper third: 16 frontal facets at 6 to 16 m, each 1600 px (below the share) and larger in m² than the table.
    const rng = createRng(100 + seed)
    const data = new Float32Array(320 * 240)
    for (let i = 0; i < data.length; i++) {
      const v = Math.floor(i / 320)
      const onTable = table.offset / (table.normal[1] * ((v - camera.cy) / camera.fy) + table.normal[2])
      const z = v < 80 ? 6000 + 700 * Math.floor((i % 320) / 20) : onTable
      data[i] = 1 / (1 / z + 4e-7 * rng.normal())
    }
    const surface = estimateSurface({ width: 320, height: 240, data }, camera, { step: 1 })
    const offsets = findPlanes(surface, {}, createRng(seed)).map(({ offset }) => offset)
    expect(offsets.some((offset) => Math.abs(offset - table.offset) < 5)).toBe(true)
  })

  it('answers the same for the same seed', () => {
    const surface = scene(180, 2e-6, 5)
    expect(findPlanes(surface, {}, createRng(9))).toEqual(findPlanes(surface, {}, createRng(9)))
  })

  it('answers nothing without measurements', () => {
    const surface = estimateSurface({ width: 320, height: 240, data: new Float32Array(76800) }, camera)
    expect(findPlanes(surface, {}, createRng(1))).toEqual([])
  })

  it('answers nothing when the only plane is small', () => {
    const surface = scene(180, 1e-6, 6)
    expect(findPlanes(surface, { minAreaMm2: 1e9 }, createRng(1))).toEqual([])
  })

  it('refuses a mask of another size', () => {
    const surface = scene(180, 1e-6, 7)
    expect(() => planeMaskInto(new Uint8Array(3), surface, [])).toThrow(RangeError)
  })
})
