import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHostPolicy, RssCamera } from '@sextant/client'
import { CAPTURE_DEFAULTS, encodeColorPng } from '@sextant/image'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createCamera, type CameraSettings } from '../src/camera-frame.ts'

const [WIDTH, HEIGHT] = [64, 48]
const intrinsics = { width: WIDTH, height: HEIGHT, fx: 60, fy: 60, ppx: 31, ppy: 23, coeffs: [0, 0, 0, 0, 0] }
const calibration = {
  color_intrinsics: intrinsics,
  depth_intrinsics: intrinsics,
  depth_to_color_extrinsics: { rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], translation: [-0.001, 0, 0] },
}
const colors = new Uint8Array(3 * WIDTH * HEIGHT).fill(120)
let jpeg: Uint8Array

type Reply = { status?: number; body: string | Uint8Array; headers?: Record<string, string> } | 'hang' | 'cut'
type Replies = Record<string, Reply | ((count: number) => Reply)>

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})
beforeAll(async () => {
  jpeg = await encodeColorPng({ width: WIDTH, height: HEIGHT, data: colors })
})

/** A camera server that answers what it is told to, and counts. */
async function cameraServer(replies: Replies): Promise<{ base: string; counts: Record<string, number> }> {
  const counts: Record<string, number> = {}
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const count = (counts[path] = (counts[path] ?? 0) + 1)
    const entry = replies[path]
    const reply = typeof entry === 'function' ? entry(count) : entry
    if (reply === undefined) return response.writeHead(404).end()
    if (reply === 'hang') return response
    if (reply === 'cut') return response.destroy()
    return response.writeHead(reply.status ?? 200, reply.headers).end(reply.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, counts }
}

const NOW = 1_000_000
const fresh = (): Reply => ({ body: JSON.stringify({ last_update: NOW / 1000 - 0.1 }) })
const working = (): Replies => ({
  '/camera/status': fresh(),
  '/camera/calibration': { body: JSON.stringify(calibration), headers: { 'content-type': 'text/plain' } },
  '/streams/color_jpeg': { body: jpeg },
  '/streams/color_raw': { body: colors },
  '/streams/depth_raw': { body: new Uint8Array(new Uint16Array(WIDTH * HEIGHT).fill(900).buffer) },
})

function camera(fields: Partial<CameraSettings> = {}) {
  const client = new RssCamera({ policy: createHostPolicy(['private']), timeoutMs: 600 })
  closers.push(() => client.close())
  const settings = {
    defaultBase: 'http://127.0.0.1:9',
    overrideBase: null,
    maxAgeSeconds: 5,
    capture: CAPTURE_DEFAULTS,
  }
  return createCamera(client, { ...settings, ...fields }, () => NOW)
}

describe('takeFrame', () => {
  it('gives an aligned frame, and reads JSON that is labelled as text', async () => {
    const { base } = await cameraServer(working())
    const frame = await camera().takeFrame({ base: `${base}/` })
    expect(frame.report).toMatchObject({ aligned: true, extrinsics: 'column_major' })
    expect(frame.camera).toMatchObject({ base, attempts: 1 })
    expect(frame.camera.ageSeconds).toBeCloseTo(0.1, 3)
  })

  it('falls back to the other paths, and to the picture where there is no raw stream', async () => {
    const { '/camera/status': status, '/camera/calibration': calib, '/streams/color_raw': _, ...rest } = working()
    const replies: Replies = { ...rest, '/streams/status': status ?? 'hang', '/streams/calib': calib ?? 'hang' }
    const { base } = await cameraServer(replies)
    expect((await camera().takeFrame({ base })).report.colorSource).toBe('jpeg')
  })

  it('goes to the default, to host and port, or where it is overridden to', async () => {
    const { base } = await cameraServer(working())
    const port = Number(new URL(base).port)
    await camera({ defaultBase: base }).takeFrame({})
    await camera().takeFrame({ host: '127.0.0.1', port })
    await camera({ overrideBase: base }).takeFrame({ base: 'http://8.8.8.8:51000' })
  })

  it('repeats a read that was cut, and a capture whose streams are of different moments', async () => {
    const cut = await cameraServer({ ...working(), '/streams/depth_raw': (count) => (count === 1 ? 'cut' : (working()['/streams/depth_raw'] as Reply)) }) // prettier-ignore
    expect((await camera().takeFrame({ base: cut.base })).camera.attempts).toBe(1)
    const numbered =
      (path: string, number: (count: number) => string) =>
      (count: number): Reply => ({
        ...(working()[path] as { body: Uint8Array }),
        headers: { 'x-frame-index': number(count) },
      })
    const moved = await cameraServer({
      ...working(),
      '/streams/color_jpeg': numbered('/streams/color_jpeg', () => '7'),
      '/streams/depth_raw': numbered('/streams/depth_raw', (count) => (count === 1 ? '6' : '7')),
    })
    expect((await camera().takeFrame({ base: moved.base })).camera.attempts).toBe(2)
  })

  it('accepts a camera whose clock is behind, as long as it goes on', async () => {
    const { base } = await cameraServer({
      ...working(),
      '/camera/status': (count) => ({ body: JSON.stringify({ last_update: 5 + count }) }),
    })
    await camera().takeFrame({ base })
  })

  const wrong: [string, () => Replies, string][] = [
    ['a camera that stands still', () => ({ ...working(), '/camera/status': { body: '{"last_update": 5}' } }), 'camera.stale'],
    ['a server without streams', () => ({ '/camera/status': fresh() }), 'camera.bad_response'],
    ['a calibration that is no JSON', () => ({ ...working(), '/camera/calibration': { body: '<html>' } }), 'camera.bad_response'],
    ['an error of the server', () => ({ ...working(), '/streams/depth_raw': { status: 500, body: '' } }), 'camera.bad_response'],
    ['a redirect, which is never followed', () => ({ ...working(), '/streams/depth_raw': { status: 302, body: '', headers: { location: 'http://8.8.8.8/' } } }), 'camera.bad_response'],
    ['a stream that never comes', () => ({ ...working(), '/streams/depth_raw': 'hang' }), 'camera.unreachable'],
    ['too few bytes', () => ({ ...working(), '/streams/color_raw': { body: new Uint8Array(5) } }), 'camera.bad_response'],
    ['a document of two megabytes', () => ({ ...working(), '/camera/calibration': { body: ' '.repeat(2 << 20) } }), 'camera.bad_response'],
    ['colour streams of different scenes', () => ({ ...working(), '/streams/color_raw': { body: colors.map(() => 200) } }), 'camera.streams_differ'],
  ] // prettier-ignore

  it.each(wrong)('refuses %s', async (_, replies, code) => {
    const { base } = await cameraServer(replies())
    await expect(camera().takeFrame({ base })).rejects.toMatchObject({ code })
  })

  it.each([
    'http://8.8.8.8:51000',
    'http://169.254.169.254/latest',
    'file:///etc/passwd',
    'http://a:b@127.0.0.1/',
    'x',
  ])('never asks %s', async (base) =>
    expect(camera().takeFrame({ base })).rejects.toMatchObject({ code: 'camera.forbidden' }),
  )

  it('names a camera that is not there', async () => {
    await expect(camera().takeFrame({ base: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'camera.unreachable',
      message: expect.stringContaining('http://127.0.0.1:1') as string,
    })
  })
})
