import { rotationAbout, rotationOf, translationOf } from '@sextant/geometry'
import { describe, expect, it } from 'vitest'
import { parseRgbdCalibration, streamSizeOf, type CalibrationOptions } from './rgbd-calibration.ts'

const size = { width: 1280, height: 720 }
const options: CalibrationOptions = { color: size, depth: size, rotationOrder: 'column_major' }
const color = { ...size, fx: 640, fy: 641, ppx: 642, ppy: 360, coeffs: [-0.05, 0.06, 0.001, 0.002, -0.02] }
const depth = { ...size, fx: 650, fy: 650, ppx: 651, ppy: 363, coeffs: [0, 0, 0, 0, 0] }
const R = rotationAbout([1, 2, 3], 0.02)
const columns = [0, 1, 2].flatMap((c) => [0, 3, 6].map((r) => R[c + r]))
const nested = [R.slice(0, 3), R.slice(3, 6), R.slice(6, 9)]
const matrix = [...R.slice(0, 3), -0.059, ...R.slice(3, 6), 0, ...R.slice(6, 9), 0, 0, 0, 0, 1]

describe('parseRgbdCalibration', () => {
  const forms: [string, Record<string, unknown>, string][] = [
    ['columns, as librealsense', { depth_to_color_extrinsics: { rotation: columns, translation: [-0.059, 0, 0] } }, 'column_major'],
    ['nested rows', { depth_to_color: { R: nested, t: [-0.059, 0, 0] } }, 'row_major'],
    ['16 numbers', { T_dc: matrix }, 'matrix'],
    ['a matrix inside', { extrinsics: { DepthToColor: { matrix } } }, 'matrix'],
    ['millimetres', { transforms: { depth2color: { rot: nested, translation: [-59, 0, 0] } } }, 'row_major'],
  ] // prettier-ignore

  it.each(forms)('reads the transform as %s', (_, fields, form) => {
    const parsed = parseRgbdCalibration({ color_intrinsics: color, depth_intrinsics: depth, ...fields }, options)
    expect(parsed.extrinsics).toBe(form)
    rotationOf(parsed.cameraFromDepth).forEach((value, i) => expect(value).toBeCloseTo(R[i], 12))
    expect(translationOf(parsed.cameraFromDepth)[0]).toBeCloseTo(-59, 9)
    expect(parsed.color.distortion).toEqual(color.coeffs)
    expect(parsed.depth.camera).toMatchObject({ fx: 650, cx: 651 })
    expect(parsed.warnings).toEqual([])
  })

  it('reads flat rotations by rows when told so', () => {
    const document = { color, depth, depth_to_color: { rotation: R, translation: [0, 0, 0] } }
    const parsed = parseRgbdCalibration(document, { ...options, rotationOrder: 'row_major' })
    rotationOf(parsed.cameraFromDepth).forEach((value, i) => expect(value).toBeCloseTo(R[i], 12))
  })

  it('takes one matrix for both cameras and says that the transform is missing', () => {
    for (const K of [[640, 0, 642, 0, 641, 360, 0, 0, 1], { data: [640, 0, 642, 0, 641, 360, 0, 0, 1] }]) {
      const parsed = parseRgbdCalibration({ camera_matrix: K, depth_unit: 'mm' }, options)
      expect(parsed.color.camera).toEqual(parsed.depth.camera)
      expect(parsed.extrinsics).toBe('none')
      expect(parsed.warnings[0]).toMatch('identity')
      expect(parsed.depthScale).toBe(1)
    }
  })

  it('scales intrinsics to a smaller stream of the same view', () => {
    const parsed = parseRgbdCalibration({ color, depth }, { ...options, depth: { width: 640, height: 360 } })
    expect(parsed.depth.camera).toEqual({ fx: 325, fy: 325, cx: 325.25, cy: 181.25, width: 640, height: 360 })
  })

  const wrong: [string, unknown, string][] = [
    ['nothing', null, 'camera.intrinsics_missing'],
    ['no intrinsics', { depth_scale: 1 }, 'camera.intrinsics_missing'],
    ['another view', { color, depth: { ...depth, width: 640, height: 480 } }, 'camera.intrinsics_invalid'],
    ['no rotation', { color, depth, depth_to_color: { rotation: [1, 1, 1, 1, 1, 1, 1, 1, 1], translation: [0, 0, 0] } }, 'camera.intrinsics_invalid'],
    ['too few numbers', { color, depth, depth_to_color: { rotation: R } }, 'camera.intrinsics_invalid'],
  ] // prettier-ignore

  it.each(wrong)('refuses %s', (_, document, code) => {
    expect(() => parseRgbdCalibration(document, options)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

describe('streamSizeOf', () => {
  it('looks at the stream, the active configuration and the top', () => {
    expect(streamSizeOf({ depth_intrinsics: { width: 848, height: 480 } }, 'depth')).toEqual({
      width: 848,
      height: 480,
    })
    expect(streamSizeOf({ active_stream_config: { width: 640, height: 360 } }, 'depth')).toMatchObject({ width: 640 })
    expect(streamSizeOf({ depth_width: 320, depth_height: 240 }, 'depth')).toMatchObject({ width: 320 })
    expect(streamSizeOf({ img_width: 320, img_height: 240 }, 'color')).toMatchObject({ height: 240 })
    expect(streamSizeOf({}, 'color')).toBeNull()
  })
})
