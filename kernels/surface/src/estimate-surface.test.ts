import { createRng, type DepthImage, type PinholeCamera } from '@sextant/geometry'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { depthSigma, estimateSurface } from './estimate-surface.ts'
import type { Surface } from './surface.ts'
import { SURFACE_WASM_SOURCE } from './wasm-code.ts'

const camera: PinholeCamera = { fx: 570, fy: 572, cx: 159.5, cy: 119.5, width: 320, height: 240 }
const DEGREE = Math.PI / 180

/** Casts one ray per pixel; `cast` answers z in mm or 0. Gaussian noise of `sigma` 1/mm on inverse depth. */
function render(cast: (rx: number, ry: number) => number, sigma: number, seed: number): DepthImage {
  const rng = createRng(seed)
  const data = new Float32Array(camera.width * camera.height)
  for (let v = 0; v < camera.height; v++) {
    for (let u = 0; u < camera.width; u++) {
      const z = cast((u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy)
      data[v * camera.width + u] = z > 0 ? 1 / (1 / z + sigma * rng.normal()) : 0
    }
  }
  return { width: camera.width, height: camera.height, data }
}

/** Plane n · p = d. */
const plane =
  (n: readonly number[], d: number) =>
  (rx: number, ry: number): number =>
    d / (n[0] * rx + n[1] * ry + n[2])

/** Median angle in degrees between estimated normals and `truth`, and the share of grid pixels with a normal. */
function normalError(surface: Surface, truth: (x: number, y: number, z: number) => readonly number[]) {
  const errors: number[] = []
  let known = 0
  let measured = 0
  for (let y = 0, i = 0; y < surface.height; y++) {
    for (let x = 0; x < surface.width; x++, i++) {
      const z = surface.depths[i]
      if (z === 0) continue
      measured++
      const n = surface.normals.subarray(3 * i, 3 * i + 3)
      if (n[0] === 0 && n[1] === 0 && n[2] === 0) continue
      known++
      const { fx, fy, cx, cy } = surface.camera
      const t = truth(((x - cx) / fx) * z, ((y - cy) / fy) * z, z)
      const cosine = n[0] * t[0] + n[1] * t[1] + n[2] * t[2]
      errors.push(Math.acos(Math.min(1, Math.max(-1, cosine))) / DEGREE)
    }
  }
  errors.sort((a, b) => a - b)
  return {
    median: errors[errors.length >> 1],
    p95: errors[Math.floor(errors.length * 0.95)],
    share: known / measured,
  }
}

describe('estimateSurface', () => {
  it.each([
    { tilt: 0, sigma: 0 },
    { tilt: 30, sigma: 5e-7 },
    { tilt: 60, sigma: 2e-6 },
  ])('finds the normal of a plane tilted by $tilt degrees with noise $sigma', ({ tilt, sigma }) => {
    const n = [Math.sin(tilt * DEGREE), 0, -Math.cos(tilt * DEGREE)]
    const surface = estimateSurface(render(plane(n, -800 * Math.cos(tilt * DEGREE)), sigma, 1), camera)
    const { median, p95, share } = normalError(surface, () => n)
    // sigma 2e-6 at 800 mm is 1.3 mm on a window of 14 mm
    expect(median).toBeLessThan(0.05 + sigma * 1.4e6)
    expect(p95).toBeLessThan(0.1 + sigma * 3e6)
    expect(share).toBeGreaterThan(0.99)
  })

  it.each([5e-7, 1.5e-6, 4e-6])('measures a noise of %s within 30 percent', (sigma) => {
    const surface = estimateSurface(render(plane([0.3, 0.2, -0.933], -700), sigma, 2), camera)
    expect(surface.inverseDepthNoise / sigma).toBeGreaterThan(0.7)
    expect(surface.inverseDepthNoise / sigma).toBeLessThan(1.3)
    expect(depthSigma(surface, 700)).toBeCloseTo(surface.inverseDepthNoise * 490_000, 9)
  })

  it('finds the normals of a sphere', () => {
    const radius = 60
    const centre = 600
    const surface = estimateSurface(
      render(
        (rx, ry) => {
          const a = rx * rx + ry * ry + 1
          const disc = centre * centre - a * (centre * centre - radius * radius)
          return disc < 0 ? 0 : (centre - Math.sqrt(disc)) / a
        },
        5e-7,
        3,
      ),
      camera,
    )
    const { median, p95, share } = normalError(surface, (x, y, z) => [x / radius, y / radius, (z - centre) / radius])
    // steep flanks: noise is along the ray, so the error grows with the tilt
    expect(median).toBeLessThan(2)
    expect(p95).toBeLessThan(8)
    expect(share).toBeGreaterThan(0.9)
  })

  it('keeps the normals of both sides of a depth step apart and sees a bar of 4 px', () => {
    const bar = (rx: number, ry: number): number =>
      Math.abs(rx) < 2 / camera.fx ? 600 : plane([0, -0.6, -0.8], -640)(rx, ry)
    const surface = estimateSurface(render(bar, 3e-7, 4), camera, { step: 1 })
    let near = 0
    for (let i = 0; i < surface.depths.length; i++) {
      const y = Math.floor(i / surface.width)
      if (y < 20 || y >= surface.height - 20) continue
      const nz = surface.normals[3 * i + 2]
      if (surface.depths[i] < 610 && i % surface.width >= 158 && i % surface.width <= 161) {
        near++
        expect(nz).toBeLessThan(-0.97)
      }
    }
    expect(near).toBe(4 * (surface.height - 40))
  })

  it('leaves grazing surfaces without normal', () => {
    const n = [Math.sin(86 * DEGREE), 0, -Math.cos(86 * DEGREE)]
    const surface = estimateSurface(
      render((rx, ry) => (Math.abs(rx) < 0.02 ? plane(n, -60)(rx, ry) : 0), 0, 5),
      camera,
    )
    expect(surface.normals.every((value) => value === 0)).toBe(true)
    expect(surface.depths.some((z) => z > 0)).toBe(true)
  })

  it('places the grid on every step-th pixel', () => {
    const depth = render((rx) => 500 + 1000 * rx, 0, 6)
    const surface = estimateSurface(depth, camera, { step: 3 })
    expect([surface.width, surface.height]).toEqual([107, 80])
    expect(surface.camera.fx).toBeCloseTo(190, 12)
    expect(surface.depths[5 * 107 + 7]).toBe(depth.data[15 * 320 + 21])
  })

  describe('degenerate input', () => {
    const filled = (value: number): DepthImage => ({
      width: 320,
      height: 240,
      data: new Float32Array(76800).fill(value),
    })
    it.each([0, Number.NaN, -5, Number.POSITIVE_INFINITY])(
      'answers an empty surface for a depth of %s everywhere',
      (value) => {
        const surface = estimateSurface(filled(value), camera)
        expect(surface.depths.every((z) => z === 0)).toBe(true)
        expect(surface.normals.every((n) => n === 0)).toBe(true)
        expect(surface.inverseDepthNoise).toBe(6e-6)
      },
    )
    it('answers a frontal plane and the lowest noise for a constant', () => {
      const surface = estimateSurface(filled(900), camera)
      expect(surface.inverseDepthNoise).toBe(2e-7)
      expect(normalError(surface, () => [0, 0, -1]).p95).toBeLessThan(1e-3)
    })
    it('answers no normal for isolated pixels', () => {
      const data = new Float32Array(76800)
      for (let i = 0; i < data.length; i += 331) data[i] = 700
      const surface = estimateSurface({ width: 320, height: 240, data }, camera)
      expect(surface.normals.every((n) => n === 0)).toBe(true)
    })
    it('refuses a camera of another size', () => {
      expect(() => estimateSurface(filled(1), { ...camera, width: 321 })).toThrow(RangeError)
    })
  })
})

describe('the twins', () => {
  it.each([1, 2, 3])('give the same bits of every depth image at step %i', (step) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 40, max: 75 }), fc.integer({ min: 30, max: 50 }), (seed, w, h) => {
        const rng = createRng(seed)
        const tilt = rng.next()
        // A tilted plane with noise, a step, holes, and what no measurement is.
        const data = Float32Array.from({ length: w * h }, (_, i) => {
          const luck = rng.next()
          if (luck < 0.02) return [0, NaN, -5, Infinity, 1e-40][rng.integer(5)]
          if (luck < 0.1) return 300 + 900 * rng.next()
          return (i % w > w / 2 ? 500 : 700) + tilt * (i % w) + rng.normal()
        })
        const own = { fx: 570, fy: 560, cx: w / 2, cy: h / 3, width: w, height: h }
        const image = { width: w, height: h, data }
        const simd = estimateSurface(image, own, { step })
        expect(simd).toEqual(estimateSurface(image, own, { step, kernel: 'typescript' }))
        expect(simd.normals.some((value) => value !== 0)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  it('are both of the source in wasm (node tools/build-wasm.mjs)', () => {
    const source = readFileSync(new URL('../wasm/surface.ts', import.meta.url))
    expect(createHash('sha256').update(source).digest('hex')).toBe(SURFACE_WASM_SOURCE)
  })
})
