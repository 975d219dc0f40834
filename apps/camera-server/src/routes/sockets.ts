import type { ServiceApp } from '@sextant/service-kit'
import type { Dependencies } from '../compose.ts'
import { STREAMS } from './streams.ts'

/** A socket that has this much unsent misses frames instead of growing a queue. */
const MAX_UNSENT_BYTES = 8 << 20
const INTERNAL_ERROR = 1011

/** WS /ws/<stream>: one binary message a frame, the same bytes as over HTTP. */
export function registerSockets(app: ServiceApp, { clock }: Dependencies): void {
  for (const [name, { bytesOf }] of Object.entries(STREAMS)) {
    app.get(`/ws/${name}`, { websocket: true, schema: { hide: true } }, (socket, request) => {
      const stop = clock.subscribe(
        (frame) => {
          if (socket.bufferedAmount < MAX_UNSENT_BYTES) socket.send(bytesOf(frame))
        },
        (error) => {
          request.log.error({ err: error }, 'the source gave no frame')
          socket.close(INTERNAL_ERROR, 'the source gave no frame')
        },
      )
      socket.on('close', stop)
      socket.on('error', stop)
    })
  }
}
