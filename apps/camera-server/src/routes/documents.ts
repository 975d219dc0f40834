import { PlatformError } from '@sextant/contracts'
import { MILLISECONDS_PER_SECOND } from '@sextant/geometry'
import type { ServiceApp } from '@sextant/service-kit'
import { z } from 'zod'
import type { Dependencies } from '../compose.ts'
import { calibrationSchema, statusSchema, truthSchema } from '../wire.ts'

const STATUS_PATHS = ['/camera/status', '/streams/status']
const CALIBRATION_PATHS = ['/camera/calibration', '/streams/calibration', '/streams/calib']

/** The JSON documents, under every name that clients use, and the truth of synthetic frames. */
export function registerDocuments(app: ServiceApp, { clock, source }: Dependencies): void {
  const health = z.object({ status: z.string(), source: z.string() })
  for (const path of ['/', '/health']) {
    app.get(
      path,
      { schema: { summary: 'Health, and which source plays', tags: ['health'], response: { 200: health } } },
      () => ({ status: 'healthy', source: source.device.name }),
    )
  }
  for (const path of STATUS_PATHS) {
    app.get(
      path,
      {
        schema: {
          summary: 'The device, its stream and the time of its last frame',
          tags: ['camera'],
          response: { 200: statusSchema },
        },
      },
      async () => {
        const { takenAtMs } = await clock.current()
        const { width, height } = source.calibration.color_intrinsics
        return {
          device_info: source.device,
          last_update: takenAtMs / MILLISECONDS_PER_SECOND,
          active_stream_config: { width, height, fps: Math.max(1, Math.round(source.fps)) },
        }
      },
    )
  }
  for (const path of CALIBRATION_PATHS) {
    app.get(
      path,
      {
        schema: {
          summary: 'Intrinsics and extrinsics of the colour and depth cameras',
          tags: ['camera'],
          response: { 200: calibrationSchema },
        },
      },
      () => source.calibration,
    )
  }
  // Of the frame of this moment, or of any other by its number: they are drawn again the same.
  const query = z.object({ frame: z.coerce.number().int().min(0).optional() })
  app.get(
    '/camera/truth',
    {
      schema: {
        summary: 'The true poses in a synthetic frame',
        tags: ['camera'],
        querystring: query,
        response: { 200: truthSchema },
      },
    },
    async (request) => {
      const { frame } = request.query
      const { truth } = await (frame === undefined ? clock.current() : source.frameAt(frame))
      if (truth !== null) return truth
      throw new PlatformError('object.not_found', { detail: 'this source does not know what is true' })
    },
  )
}
