import type { FastifyReply } from 'fastify'

const HEARTBEAT_MS = 15_000

/** An open stream of server-sent events. */
export interface EventStream {
  /** Writes one event as JSON. Nothing happens once the stream has ended. */
  send(event: string, data: unknown): void
  end(): void
  /** Called once, when the client leaves or `end` was called. */
  onClose(listener: () => void): void
}

/**
 * Takes over the reply and sends events until `end`, the client leaves, or the server closes. Comments keep proxies from
 * closing a quiet stream.
 */
export function openEventStream(reply: FastifyReply): EventStream {
  const { raw, server } = { raw: reply.raw, server: reply.server }
  const listeners: (() => void)[] = []
  let isOpen = true
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  const heartbeat = setInterval(() => raw.write(': still here\n\n'), HEARTBEAT_MS)
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    clearInterval(heartbeat)
    openStreams.get(server)?.delete(close)
    raw.end()
    for (const listener of listeners) listener()
  }
  raw.on('close', close)
  streamsOf(server).add(close)
  return {
    send(event, data) {
      if (isOpen) raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    end: close,
    onClose: (listener) => listeners.push(listener),
  }
}

/** Open streams by server: an open stream would keep a server from closing. */
const openStreams = new WeakMap<object, Set<() => void>>()

function streamsOf(server: object): Set<() => void> {
  const streams = openStreams.get(server) ?? new Set()
  openStreams.set(server, streams)
  return streams
}

/** Ends the streams that are open when the server closes; called once for each service. */
export function closeStreamsWith(app: { addHook(name: 'preClose', hook: () => Promise<void>): unknown }): void {
  app.addHook('preClose', () => {
    for (const close of streamsOf(app)) close()
    return Promise.resolve()
  })
}
