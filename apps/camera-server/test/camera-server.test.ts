import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCameraCapture } from '@sextant/image'
import type { ServiceApp } from '@sextant/service-kit'
import { afterEach, describe, expect, it } from 'vitest'
import { buildApp } from '../src/app.ts'
import { compose } from '../src/compose.ts'
import { readConfig, type Config } from '../src/config.ts'
import { createFrameClock } from '../src/frame-clock.ts'
import type { CaptureSource } from '../src/capture-source.ts'

const EXAMPLE = fileURLToPath(new URL('../../../examples/scene', import.meta.url))
const CAPTURE = fileURLToPath(new URL('../../../../shared/data/rss/20251030_162830', import.meta.url))

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(fields: Partial<Config>): Promise<ServiceApp> {
  const config = { ...readConfig({ LOG_LEVEL: 'SILENT' }), ...fields }
  const app = await buildApp(config, await compose(config))
  closers.push(() => app.close())
  return app
}

/** Everything a client fetches for one frame. */
async function capture(app: ServiceApp) {
  const get = (url: string) => app.inject({ method: 'GET', url })
  const [status, calibration, jpeg, raw, depth] = await Promise.all([
    get('/camera/status'),
    get('/camera/calibration'),
    get('/streams/color_jpeg'),
    get('/streams/color_raw'),
    get('/streams/depth_raw'),
  ])
  const indices = [jpeg, raw, depth].map((answer) => answer.headers['x-frame-index'])
  return {
    indices,
    read: () =>
      readCameraCapture({
        colorJpeg: jpeg.rawPayload,
        colorRaw: raw.rawPayload,
        depthRaw: depth.rawPayload,
        calibration: calibration.json(),
        status: status.json(),
      }),
    status: status.json(),
  }
}

describe('synthetic', () => {
  it('streams one consistent moment, with the true poses, and moves on', async () => {
    const app = await start({ source: 'synthetic', folder: null, fps: 2, seed: 4 })
    const first = await capture(app)
    expect(new Set(first.indices).size).toBe(1)
    expect(first.status.active_stream_config).toEqual({ width: 640, height: 480, fps: 2 })
    const truth = (await app.inject('/camera/truth')).json()
    const { frame, report } = await first.read()
    expect(report).toMatchObject({ extrinsics: 'column_major', rectified: false })
    expect(report.alignedCoverage).toBeGreaterThan(0.8)
    // The aligned depth at the projected middle of the box is the surface in front of that middle.
    const box = truth.instances.find((instance: { name: string }) => instance.name === 'box')
    const [x, y, z] = box.translation as [number, number, number]
    const { fx, fy, cx, cy, width } = frame.camera
    const measured = frame.depth.data[Math.round(cy + (fy * y) / z) * width + Math.round(cx + (fx * x) / z)]!
    expect(measured).toBeLessThan(z + 5)
    expect(measured).toBeGreaterThan(z - 130)
    await new Promise((resolve) => setTimeout(resolve, 520))
    const second = await capture(app)
    expect(Number(second.indices[0])).toBeGreaterThan(Number(first.indices[0]))
  })
})

describe('folder', () => {
  it('plays registered images and converts depth to millimetres', async () => {
    const app = await start({ source: 'folder', folder: EXAMPLE, fps: 30 })
    const { read } = await capture(app)
    const { frame, report } = await read()
    expect(report.alignedCoverage).toBeGreaterThan(0.5)
    expect([frame.color.width, frame.color.height]).toEqual([640, 480])
    expect((await app.inject('/camera/truth')).statusCode).toBe(404)
  })
})

describe('recorded', () => {
  async function fakeCapture(folder: string, level: number): Promise<void> {
    await mkdir(folder, { recursive: true })
    const intrinsics = { width: 2, height: 1, fx: 1, fy: 1, ppx: 1, ppy: 0, model: 'none', coeffs: [0, 0, 0, 0, 0] }
    const extrinsics = { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [0, 0, 0] }
    const device = { name: 'a', serial_number: 'b', usb_type: 'c', firmware_version: 'd' }
    const status = { device_info: device, last_update: 1, active_stream_config: { width: 2, height: 1, fps: 30 } }
    await writeFile(join(folder, 'calibration.json'), JSON.stringify({ color_intrinsics: intrinsics, depth_intrinsics: intrinsics, depth_to_color_extrinsics: extrinsics })) // prettier-ignore
    await writeFile(join(folder, 'status.json'), JSON.stringify(status))
    for (const name of ['color.jpg', 'color_raw.bin', 'depth_raw.bin', 'depth.jpg']) {
      await writeFile(join(folder, name), Buffer.alloc(6, level))
    }
  }

  it('plays the captures of a folder in a loop, over HTTP and WebSocket, byte for byte', async () => {
    const root = await mkdtemp(join(tmpdir(), 'sextant-captures-'))
    closers.push(() => rm(root, { recursive: true }))
    await fakeCapture(join(root, 'a'), 1)
    await fakeCapture(join(root, 'b'), 2)
    const app = await start({ source: 'recorded', folder: root, fps: 50 })
    const before = Date.now() / 1000
    const status = (await app.inject('/streams/status')).json()
    expect(status.device_info).toEqual({ name: 'a', serial_number: 'b', usb_type: 'c', firmware_version: 'd' })
    expect(status.last_update).toBeGreaterThanOrEqual(before - 0.1)
    await app.ready()
    const socket = await app.injectWS('/ws/depth_raw')
    const messages = await new Promise<Buffer[]>((resolve) => {
      const received: Buffer[] = []
      socket.on('message', (data: Buffer) => {
        received.push(data)
        if (received.length === 4) resolve(received)
      })
    })
    socket.terminate()
    const levels = messages.map((message) => message[0])
    expect(messages.every((message) => message.length === 6)).toBe(true)
    expect(levels[0]).not.toBe(levels[1])
    expect(levels[0]).toBe(levels[2])
    for (const path of ['/streams/calib', '/streams/calibration', '/camera/calibration']) {
      expect((await app.inject(path)).json()).toHaveProperty('depth_to_color_extrinsics')
    }
  })

  it('does not start without captures', async () => {
    await expect(compose({ source: 'recorded', folder: tmpdir(), fps: 5, seed: 1 })).rejects.toMatchObject({
      code: 'camera.bad_response',
    })
    expect(() => readConfig({ CAMERA_SOURCE: 'recorded' })).toThrow('CAMERA_FOLDER')
  })

  it.skipIf(!existsSync(CAPTURE))('replays a real capture unchanged (needs ../shared/data/rss)', async () => {
    const app = await start({ source: 'recorded', folder: CAPTURE, fps: 5 })
    for (const [path, file] of [
      ['/streams/color_jpeg', 'color.jpg'],
      ['/streams/color_raw', 'color_raw.bin'],
      ['/streams/depth_raw', 'depth_raw.bin'],
      ['/streams/depth_jpeg', 'depth.jpg'],
    ] as const) {
      const { rawPayload } = await app.inject(path)
      expect(rawPayload.equals(await readFile(join(CAPTURE, file)))).toBe(true)
    }
  })
})

describe('the frame clock', () => {
  it('takes one frame for all who ask in one period, none while nobody asks, and goes on after a failure', async () => {
    let now = 0
    const taken: number[] = []
    const source = {
      fps: 10,
      frameAt(index: number) {
        taken.push(index)
        return index === 1 ? Promise.reject(new Error('lost')) : Promise.resolve({ index })
      },
    } as unknown as CaptureSource
    const clock = createFrameClock(source, () => now)
    const both = await Promise.all([clock.current(), clock.current()])
    expect(both[0]).toBe(both[1])
    now = 99
    expect((await clock.current()).index).toBe(0)
    now = 100
    await expect(clock.current()).rejects.toThrow('lost')
    expect((await clock.current()).index).toBe(2)
    expect(taken).toEqual([0, 1, 2])
    clock.close()
  })
})
