import { describe, expect, it } from 'vitest'
import { parseCameraParams } from './camera-params.ts'
import { normalizeDepthScale, toDepthImage } from './depth-scale.ts'

describe('normalizeDepthScale', () => {
  it.each([
    [undefined, false, 1, 'default'],
    [null, false, 1, 'default'],
    [0, false, 1, 'default'],
    [Number.NaN, false, 1, 'default'],
    [0.001, false, 1, 'meters_per_count'],
    [0.00025, false, 0.25, 'meters_per_count'],
    [0.01, false, 0.01, 'millimeters_per_count'],
    [0.1, false, 0.1, 'millimeters_per_count'],
    [1, false, 1, 'millimeters_per_count'],
    [10, false, 10, 'millimeters_per_count'],
    [100, false, 10, 'counts_per_meter'],
    [1000, false, 1, 'counts_per_meter'],
    [1000, true, 1000, 'literal_meters'],
    ['1.0', false, 1, 'millimeters_per_count'],
  ])('understands %s (float %s) as %d mm per count', (scale, isFloat, millimetersPerCount, rule) => {
    const result = normalizeDepthScale(scale, isFloat)
    expect(result.rule).toBe(rule)
    expect(result.millimetersPerCount).toBeCloseTo(millimetersPerCount, 9)
  })

  it.each([10.5, 50, 99.9, -1, Infinity])('refuses %d', (scale) => {
    expect(() => normalizeDepthScale(scale, false)).toThrow(expect.objectContaining({ code: 'depth.scale_unclear' }))
  })
})

describe('toDepthImage', () => {
  const raw = (values: number[]) => ({ width: values.length, height: 1, counts: Float32Array.from(values) })

  it('drops what is not a distance', () => {
    expect([...toDepthImage(raw([500, -3, 0, Number.NaN, Infinity, 700]), 1).data]).toEqual([500, 0, 0, 0, 0, 700])
  })

  it.each([
    { values: [0, 0, -1], scale: 1, code: 'depth.empty' },
    { values: [0.5, 0.6, 0.7], scale: 1, code: 'depth.out_of_range' },
    { values: [900, 900, 900], scale: 1000, code: 'depth.out_of_range' },
  ])('refuses $values at $scale with $code', ({ values, scale, code }) => {
    expect(() => toDepthImage(raw(values), scale)).toThrow(expect.objectContaining({ code }))
  })
})

describe('parseCameraParams', () => {
  const image = { width: 640, height: 480 }
  const K = [570, 0, 320, 0, 571, 240, 0, 0, 1]
  const nested = [K.slice(0, 3), K.slice(3, 6), K.slice(6)]
  const pinhole = { fx: 570, fy: 571, cx: 320, cy: 240 }

  it.each([
    { cam_K: K },
    { cam_K: nested },
    { K: nested },
    { camera_matrix: { data: K } },
    { intrinsic_matrix: K },
    { intrinsic: nested },
    pinhole,
    { fx: 570, fy: 571, ppx: 320, ppy: 240 },
    { intrinsics: pinhole },
    { intrinsics: { fx: 570, fy: 571, ppx: 320, ppy: 240 } },
  ])('reads %j', (params) => {
    expect(parseCameraParams(params, image).camera).toEqual({ ...pinhole, ...image })
  })

  it('passes on depth scale and distortion, and warns of another size', () => {
    const result = parseCameraParams(
      { cam_K: K, depth_scale: 0.1, dist: [0.1, 0, 0, 0, 0], width: 1280, height: 720 },
      image,
    )
    expect(result).toMatchObject({ depthScale: 0.1, distortion: [0.1, 0, 0, 0, 0] })
    expect(result.warnings[0]).toContain('1280 x 720')
  })

  it.each([
    [{}, 'camera.intrinsics_missing'],
    [null, 'camera.intrinsics_missing'],
    [{ cam_K: 'x' }, 'camera.intrinsics_missing'],
    [{ cam_K: K.slice(0, 8) }, 'camera.intrinsics_invalid'],
    [{ cam_K: [0, 0, 320, 0, 570, 240, 0, 0, 1] }, 'camera.intrinsics_invalid'],
    [{ cam_K: [570, 0, 320, 0, Number.NaN, 240, 0, 0, 1] }, 'camera.intrinsics_invalid'],
    [{ cam_K: [570, 0, 640, 0, 570, 240, 0, 0, 1] }, 'camera.intrinsics_invalid'],
    [{ cam_K: [570, 0, 320, 0, 570, -1, 0, 0, 1] }, 'camera.intrinsics_invalid'],
  ])('refuses %j', (params, code) => {
    expect(() => parseCameraParams(params, image)).toThrow(expect.objectContaining({ code }))
  })
})
