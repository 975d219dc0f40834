import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createRng, createTransform, transformFrom, type PinholeCamera } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { alignDepth, type RgbdCalibration } from './align-depth.ts'
import { decodeDepthRaw } from './decode-depth.ts'
import { distortInto, undistortInto } from './lens.ts'
import { parseRgbdCalibration } from './rgbd-calibration.ts'

const CAMERA: PinholeCamera = { fx: 60, fy: 60, cx: 31.5, cy: 23.5, width: 64, height: 48 }
const NONE = [0, 0, 0, 0, 0]
const straight = { camera: CAMERA, distortion: NONE }

function flat(z: number, { width, height }: PinholeCamera = CAMERA) {
  return { width, height, data: new Float32Array(width * height).fill(z) }
}

describe('alignDepth', () => {
  it('leaves depth alone when both cameras are one', () => {
    const rng = createRng(7)
    const depth = { ...flat(0), data: Float32Array.from({ length: 64 * 48 }, () => 500 + 900 * rng.next()) }
    const calibration: RgbdCalibration = { color: straight, depth: straight, cameraFromDepth: createTransform() }
    expect(alignDepth(depth, calibration, { isDistorted: false }).data).toEqual(depth.data)
  })

  it('shifts a wall by baseline · f / z and adds the shift along z', () => {
    const calibration: RgbdCalibration = {
      color: straight,
      depth: straight,
      cameraFromDepth: transformFrom([1, 0, 0, 0, 1, 0, 0, 0, 1], [-100, 0, 7]),
    }
    const out = alignDepth(flat(1000), calibration, { isDistorted: false })
    // 100 mm · 60 px / 1007 mm = 5.96 px to the left: the last five columns see what the depth camera did not.
    expect(out.data[24 * 64 + 58]).toBe(0)
    expect(out.data[24 * 64 + 57]).toBe(1007)
    expect(out.data[24 * 64]).toBe(1007)
  })

  it('lets the nearest win and leaves no holes when the colour image is finer', () => {
    const fine = { camera: { fx: 120, fy: 120, cx: 63.5, cy: 47.5, width: 128, height: 96 }, distortion: NONE }
    const depth = flat(1000)
    depth.data[24 * 64 + 32] = 400
    const calibration: RgbdCalibration = { color: fine, depth: straight, cameraFromDepth: createTransform() }
    const { data } = alignDepth(depth, calibration, { isDistorted: false })
    expect(data.filter((z) => z === 0)).toHaveLength(0)
    expect(data.filter((z) => z === 400).length).toBeGreaterThanOrEqual(4)
  })

  it('ignores missing depth and points behind the colour camera, and refuses another size', () => {
    const behind: RgbdCalibration = {
      color: straight,
      depth: straight,
      cameraFromDepth: transformFrom([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, -2000]),
    }
    for (const z of [0, Number.NaN, 1000]) {
      expect(alignDepth(flat(z), behind, { isDistorted: false }).data.every((value) => value === 0)).toBe(true)
    }
    const small = { ...CAMERA, width: 8, height: 8 }
    expect(() => alignDepth(flat(1, small), behind, { isDistorted: false })).toThrow(RangeError)
  })
})

describe('distortion', () => {
  it('is undone by undistortInto', () => {
    const coefficients = [-0.056, 0.068, 0.0004, 0.0015, -0.022]
    const out = new Float64Array(2)
    for (const [x, y] of [
      [0, 0],
      [0.9, 0.5],
      [-0.7, 0.55],
    ] as const) {
      distortInto(out, x, y, coefficients)
      undistortInto(out, out[0], out[1], coefficients)
      expect(out[0]).toBeCloseTo(x, 8)
      expect(out[1]).toBeCloseTo(y, 8)
    }
  })
})

const capture = fileURLToPath(new URL('../../../../shared/data/rss/20251030_162830', import.meta.url))

describe.skipIf(!existsSync(capture))('a real capture (needs ../shared/data/rss)', () => {
  it('agrees with the alignment made with care on the work area', async () => {
    const size = { width: 1280, height: 720 }
    const bytes = readFileSync(`${capture}/depth_raw.bin`)
    const counts = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
    const calibration = parseRgbdCalibration(JSON.parse(readFileSync(`${capture}/calibration.json`, 'utf8')), {
      color: size,
      depth: size,
      rotationOrder: 'column_major',
    })
    const depth = { ...size, data: Float32Array.from(counts) }
    const ours = alignDepth(depth, calibration, { isDistorted: true })
    const theirs = await decodeDepthRaw(readFileSync(`${capture}/aligned_depth.png`), null)
    let both = 0
    let close = 0
    for (let y = 150; y < 500; y++) {
      for (let i = y * 1280 + 380; i < y * 1280 + 960; i++) {
        const [a, b] = [ours.data[i], theirs.counts[i]]
        if (a === 0 || b === 0) continue
        both++
        if (Math.abs(a - b) <= 5) close++
      }
    }
    expect(both / (350 * 580)).toBeGreaterThan(0.85)
    expect(close / both).toBeGreaterThan(0.995)
  })
})
