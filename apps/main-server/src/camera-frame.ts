import type { RssCamera, RssCapture } from '@sextant/client'
import { PlatformError } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import { readCameraCapture, type CaptureFrame, type CaptureOptions } from '@sextant/image'

/** A camera's frame, and how it came. */
export interface CameraFrame extends CaptureFrame {
  readonly camera: {
    readonly base: string
    /** s since the camera's last frame; null when it does not say */
    readonly ageSeconds: number | null
    /** captures taken until one was consistent */
    readonly attempts: number
    readonly fetchSeconds: number
    /** number of the frame; null when the camera does not say */
    readonly frameIndex: number | null
  }
}

/** Names a camera; `base` wins over host and port. */
export interface CameraAddress {
  readonly base?: string | null | undefined
  readonly host?: string | null | undefined
  readonly port?: number | null | undefined
}

export interface CameraSettings {
  readonly defaultBase: string
  /** every request goes there, whatever it names; null = none */
  readonly overrideBase: string | null
  /** a camera whose last frame is older is refused; 0 = never */
  readonly maxAgeSeconds: number
  readonly capture: CaptureOptions
}

/** Where frames come from when they are not sent along. */
export interface CameraPort {
  /** @throws {PlatformError} camera.*, image.*, depth.* */
  takeFrame(address: CameraAddress): Promise<CameraFrame>
}

const DEFAULT_PORT = 51_000
const MAX_ATTEMPTS = 3
/** Mean difference of the raw and the encoded colour image above which they show different moments, 0..255. */
const MAX_STREAM_DIFFERENCE = 12
const RECHECK_MS = 400

/** @param now  Unix time, ms */
export function createCamera(client: RssCamera, settings: CameraSettings, now: () => number): CameraPort {
  return {
    async takeFrame(address) {
      const base = settings.overrideBase ?? baseOf(address, settings.defaultBase)
      for (let attempt = 1; ; attempt++) {
        const started = performance.now()
        const capture = await client.capture(base)
        const fetchSeconds = (performance.now() - started) / MILLISECONDS_PER_SECOND
        const ageSeconds = await assertFresh(capture, base)
        const difference = indexDifference(capture)
        if (difference === null) {
          const frame = await readCameraCapture(capture, settings.capture)
          const streamDifference = frame.report.streamDifference ?? 0
          if (streamDifference <= MAX_STREAM_DIFFERENCE) {
            const [index] = capture.frameIndices
            const frameIndex = index === undefined ? null : Number(index)
            return { ...frame, camera: { base, ageSeconds, attempts: attempt, fetchSeconds, frameIndex } }
          }
          if (attempt === MAX_ATTEMPTS)
            throw streamsDiffer(`raw and encoded colour differ by ${streamDifference.toFixed(0)} of 255`)
        } else if (attempt === MAX_ATTEMPTS) throw streamsDiffer(difference)
      }
    },
  }

  /** Clocks of two machines may differ: an old time alone is no proof, an old time that stands still is. */
  async function assertFresh({ status }: RssCapture, base: string): Promise<number | null> {
    const last = lastUpdateOf(status)
    if (last === null) return null
    const age = now() / MILLISECONDS_PER_SECOND - last
    if (settings.maxAgeSeconds === 0 || age <= settings.maxAgeSeconds) return age
    await new Promise((resolve) => setTimeout(resolve, RECHECK_MS))
    const later = lastUpdateOf(await client.status(base))
    if (later !== null && later > last) return age
    throw new PlatformError('camera.stale', {
      detail: `the camera's last frame is ${Math.round(age)} s old and no new one comes; is the camera plugged in? (RSS_MAX_AGE_SEC=0 switches this check off)`,
    })
  }
}

function baseOf({ base, host, port }: CameraAddress, fallback: string): string {
  if (base) return base.replace(/\/+$/, '')
  if (!host && !port) return fallback
  const { hostname, port: fallbackPort } = new URL(fallback)
  return `http://${host ?? hostname}:${port ?? (Number(fallbackPort) || DEFAULT_PORT)}`
}

function lastUpdateOf(status: unknown): number | null {
  const value = (status as { last_update?: unknown } | null)?.last_update
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** What the frame numbers say against the streams being of one moment; null: nothing. */
function indexDifference({ frameIndices }: RssCapture): string | null {
  return new Set(frameIndices).size > 1 ? `the streams are frames ${frameIndices.join(', ')}` : null
}

function streamsDiffer(what: string): PlatformError {
  return new PlatformError('camera.streams_differ', {
    detail: `${what}, ${MAX_ATTEMPTS} times in a row; does the scene or the camera move?`,
  })
}
