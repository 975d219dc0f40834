import { PlatformError } from '@sextant/contracts'
import { ExponentialBackoff, handleWhen, retry, type IPolicy } from 'cockatiel'
import { Agent, request } from 'undici'
import type { HostPolicy } from './host-policy.ts'

export interface RssCameraOptions {
  readonly policy: HostPolicy
  /** longest wait for one answer */
  readonly timeoutMs: number
}

/** Everything a camera server sends for one moment, as received. */
export interface RssCapture {
  readonly status: unknown
  readonly calibration: unknown
  readonly colorJpeg: Uint8Array
  /** null: the server has no raw stream */
  readonly colorRaw: Uint8Array | null
  readonly depthRaw: Uint8Array
  /** number of the frame by stream, where the server says it */
  readonly frameIndices: readonly string[]
}

const STATUS_PATHS = ['/camera/status', '/streams/status']
const CALIBRATION_PATHS = ['/camera/calibration', '/streams/calibration', '/streams/calib']
const MEBIBYTE = 1024 * 1024
const LARGEST_STREAM = 64 * MEBIBYTE
const LARGEST_DOCUMENT = MEBIBYTE
const RETRIES = 2
const FIRST_BACKOFF_MS = 150

interface Answer {
  readonly bytes: Uint8Array
  readonly frameIndex: string | null
}

/** Fetches from RealSense streaming servers: allowed hosts only, bounded in time and size, reads repeated on failure. */
export class RssCamera {
  private readonly options: RssCameraOptions
  private readonly agent: Agent
  private readonly policy: IPolicy

  constructor(options: RssCameraOptions) {
    this.options = options
    this.agent = new Agent({
      connect: {
        timeout: Math.min(3000, options.timeoutMs),
        // Names are judged by the addresses that are then connected to; a name that changes in between gains nothing.
        lookup: (hostname, lookupOptions, callback) => {
          options.policy.resolve(hostname).then(
            (found) => {
              const [first] = found
              if (lookupOptions.all === true) callback(null, [...found])
              else callback(null, first?.address ?? '', first?.family ?? 4)
            },
            (error: unknown) => callback(error as Error, []),
          )
        },
      },
    })
    this.policy = retry(
      handleWhen((error) => error instanceof PlatformError && error.code === 'camera.unreachable'),
      { maxAttempts: RETRIES, backoff: new ExponentialBackoff({ initialDelay: FIRST_BACKOFF_MS }) },
    )
  }

  /**
   * The streams of one moment, fetched at once.
   * @param base  http://host:port, without trailing slash
   * @throws {PlatformError} camera.forbidden, camera.unreachable, camera.bad_response
   */
  async capture(base: string): Promise<RssCapture> {
    await this.assertAllowed(base)
    const [status, calibration, jpeg, colorRaw, depthRaw] = await Promise.all([
      this.document(base, STATUS_PATHS),
      this.document(base, CALIBRATION_PATHS),
      this.stream(base, '/streams/color_jpeg'),
      this.optional(base, '/streams/color_raw', LARGEST_STREAM),
      this.stream(base, '/streams/depth_raw'),
    ])
    const frameIndices = [jpeg, colorRaw, depthRaw].flatMap((answer) => answer?.frameIndex ?? [])
    return {
      status,
      calibration,
      colorJpeg: jpeg.bytes,
      colorRaw: colorRaw?.bytes ?? null,
      depthRaw: depthRaw.bytes,
      frameIndices,
    }
  }

  /** The status document alone. @throws {PlatformError} as capture */
  async status(base: string): Promise<unknown> {
    await this.assertAllowed(base)
    return this.document(base, STATUS_PATHS)
  }

  async close(): Promise<void> {
    await this.agent.close()
  }

  /** Addresses never go through the agent's lookup, so they are judged here. */
  private async assertAllowed(base: string): Promise<void> {
    let url: URL
    try {
      url = new URL(base)
    } catch (cause) {
      throw new PlatformError('camera.forbidden', {
        detail: 'the camera base is not a URL like http://host:port',
        cause,
      })
    }
    if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
      throw new PlatformError('camera.forbidden', { detail: 'the camera base must be http(s) without credentials' })
    }
    await this.options.policy.resolve(url.hostname)
  }

  private async document(base: string, paths: readonly string[]): Promise<unknown> {
    for (const path of paths) {
      const answer = await this.optional(base, path, LARGEST_DOCUMENT)
      if (answer === null) continue
      try {
        // Some servers label JSON as text.
        return JSON.parse(
          Buffer.from(answer.bytes)
            .toString('utf8')
            .replace(/^\uFEFF/, ''),
        ) as unknown
      } catch (cause) {
        throw new PlatformError('camera.bad_response', { detail: `the camera's ${path} is not JSON`, cause })
      }
    }
    throw new PlatformError('camera.bad_response', { detail: `the camera has no ${paths[0] ?? ''}` })
  }

  private async stream(base: string, path: string): Promise<Answer> {
    const answer = await this.optional(base, path, LARGEST_STREAM)
    if (answer !== null) return answer
    throw new PlatformError('camera.bad_response', { detail: `the camera has no ${path}` })
  }

  /** null when the server does not know the path. */
  private optional(base: string, path: string, limit: number): Promise<Answer | null> {
    return this.policy.execute(() => this.get(base + path, path, limit))
  }

  private async get(url: string, path: string, limit: number): Promise<Answer | null> {
    try {
      const answer = await request(url, {
        dispatcher: this.agent,
        signal: AbortSignal.timeout(this.options.timeoutMs),
      })
      const header = answer.headers['x-frame-index']
      if (answer.statusCode === 404) {
        await answer.body.dump()
        return null
      }
      if (answer.statusCode !== 200) {
        await answer.body.dump()
        throw new PlatformError('camera.bad_response', {
          detail: `the camera answered ${path} with HTTP ${answer.statusCode}`,
        })
      }
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > limit)
          throw new PlatformError('camera.bad_response', {
            detail: `the camera sent more than ${limit} bytes for ${path}`,
          })
        chunks.push(chunk)
      }
      return { bytes: new Uint8Array(Buffer.concat(chunks)), frameIndex: typeof header === 'string' ? header : null }
    } catch (cause) {
      if (cause instanceof PlatformError) throw cause
      const { code, message = '' } = cause as { code?: string; message?: string }
      throw new PlatformError('camera.unreachable', {
        detail: `the camera at ${new URL(url).origin} cannot be reached: ${path} (${code ?? message})`,
        cause,
      })
    }
  }
}
