import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readCameraCapture, type CameraCapture } from './camera-capture.ts'
import { decodeFrame } from './client-frame.ts'
import { encodeColorPng } from './encode.ts'

const WIDTH = 64
const HEIGHT = 48
const intrinsics = { width: WIDTH, height: HEIGHT, fx: 60, fy: 60, ppx: 31.5, ppy: 23.5, coeffs: [0, 0, 0, 0, 0] }
const identity = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] }

async function captureOf(
  level: number,
  depth: Uint16Array,
  extra: Partial<CameraCapture> = {},
): Promise<CameraCapture> {
  const data = new Uint8Array(3 * WIDTH * HEIGHT)
  for (let i = 0; i < data.length; i += 3) data.set([level, level / 2, level / 4], i)
  const bgr = new Uint8Array(data.length + 5)
  for (let i = 0; i < data.length; i += 3) bgr.set([level / 4, level / 2, level], i)
  return {
    colorJpeg: await encodeColorPng({ width: WIDTH, height: HEIGHT, data }),
    colorRaw: bgr,
    depthRaw: new Uint8Array(depth.buffer),
    calibration: { color_intrinsics: intrinsics, depth_intrinsics: intrinsics, depth_to_color_extrinsics: identity },
    status: {},
    ...extra,
  }
}

const wall = (): Uint16Array => new Uint16Array(WIDTH * HEIGHT).fill(900)

describe('readCameraCapture', () => {
  it('gives a frame whose bytes decode to the same frame, with blue and red in their places', async () => {
    const { bytes, frame, report } = await readCameraCapture(await captureOf(200, wall()))
    expect([...frame.color.data.subarray(0, 3)]).toEqual([200, 100, 50])
    expect(report).toMatchObject({ aligned: true, rectified: false, colorSource: 'raw', streamDifference: 0 })
    const decoded = await decodeFrame(bytes)
    expect(decoded.depth.data).toEqual(frame.depth.data)
    expect(decoded.color.data).toEqual(frame.color.data)
  })

  it('understands metres per count, and corrects the range when asked', async () => {
    const capture = await captureOf(200, wall())
    const calibration = { ...(capture.calibration as object), depth_scale: 0.001 }
    const options = {
      rotationOrder: 'column_major',
      rangeCorrection: 2.7e-5,
      minBrightness: 16,
      minDepthCoverage: 0.1,
    } as const
    const { frame } = await readCameraCapture({ ...capture, calibration }, options)
    expect(frame.depth.data[500]).toBeCloseTo(900 / (1 + 2.7e-5 * 900), 3)
  })

  it('notices that the two colour streams differ', async () => {
    const capture = await captureOf(200, wall())
    const other = await captureOf(80, wall())
    const { report } = await readCameraCapture({ ...capture, colorRaw: other.colorRaw })
    expect(report.streamDifference).toBeGreaterThan(20)
  })

  it.each([
    ['a dark image', () => captureOf(10, wall()), 'camera.dark'],
    ['a short colour stream', () => captureOf(200, wall(), { colorRaw: new Uint8Array(99) }), 'camera.bad_response'],
    ['a short depth stream', () => captureOf(200, wall(), { depthRaw: new Uint8Array(98) }), 'camera.bad_response'],
    ['an empty depth stream', () => captureOf(200, new Uint16Array(WIDTH * HEIGHT)), 'depth.empty'],
    ['hardly any depth', () => captureOf(200, wall().fill(0, 100)), 'camera.depth_coverage'],
    ['no picture', () => captureOf(200, wall(), { colorJpeg: new Uint8Array([1, 2, 3]) }), 'image.undecodable'],
    ['no calibration', () => captureOf(200, wall(), { calibration: 'x' }), 'camera.intrinsics_missing'],
  ] as const)('refuses %s', async (_, capture, code) => {
    await expect(readCameraCapture(await capture())).rejects.toMatchObject({ code })
  })
})

const root = fileURLToPath(new URL('../../../../shared/data/rss', import.meta.url))

describe.skipIf(!existsSync(root))('real captures (needs ../shared/data/rss)', () => {
  const read = (name: string): CameraCapture => ({
    colorJpeg: readFileSync(`${root}/${name}/color.jpg`),
    colorRaw: readFileSync(`${root}/${name}/color_raw.bin`),
    depthRaw: readFileSync(`${root}/${name}/depth_raw.bin`),
    calibration: JSON.parse(readFileSync(`${root}/${name}/calibration.json`, 'utf8')) as unknown,
    status: JSON.parse(readFileSync(`${root}/${name}/status.json`, 'utf8')) as unknown,
  })

  it('become one rectified frame', async () => {
    const { report, frame } = await readCameraCapture(read('20251030_162830'))
    expect(report).toMatchObject({ extrinsics: 'column_major', rectified: true })
    expect(report.alignedCoverage).toBeGreaterThan(0.65)
    expect(report.streamDifference).toBeLessThan(6)
    expect(frame.camera.fx).toBeCloseTo(643.603, 3)
  })

  it('are refused when the light was off', async () => {
    await expect(readCameraCapture(read('20251031_030344'))).rejects.toMatchObject({ code: 'camera.dark' })
  })
})
