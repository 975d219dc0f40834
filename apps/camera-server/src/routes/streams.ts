import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import type { ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'
import type { TimedFrame } from '../frame-clock.ts'

/** The streams by name: what they send and how it is labelled. */
export const STREAMS = {
  color_jpeg: { type: 'image/jpeg', what: 'The colour image as JPEG', bytesOf: (frame: TimedFrame) => frame.colorJpeg },
  color_raw: {
    type: 'application/octet-stream',
    what: 'The colour image as raw pixels',
    bytesOf: (frame: TimedFrame) => frame.colorRaw,
  },
  depth_raw: {
    type: 'application/octet-stream',
    what: 'The depth image as raw counts',
    bytesOf: (frame: TimedFrame) => frame.depthRaw,
  },
  depth_jpeg: {
    type: 'image/jpeg',
    what: 'The depth image as JPEG, to look at',
    bytesOf: (frame: TimedFrame) => frame.depthJpeg,
  },
} as const

/** One frame a GET; two headers say which, so that a client can tell whether its streams belong together. */
export function registerStreams(app: ServiceApp, { clock }: Dependencies): void {
  for (const [name, { type, what, bytesOf }] of Object.entries(STREAMS)) {
    app.get(
      `/streams/${name}`,
      { schema: { summary: what, tags: ['camera'], produces: [type] } },
      async (_request, reply) => {
        const frame = await clock.current()
        const bytes = bytesOf(frame)
        return reply
          .header('x-frame-index', frame.index)
          .header('x-frame-time', frame.takenAtMs / MILLISECONDS_PER_SECOND)
          .header('cache-control', 'no-store')
          .type(type)
          .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      },
    )
  }
}
